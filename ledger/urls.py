"""Addresses of the ledger."""

from django.urls import path

from ledger import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
]
