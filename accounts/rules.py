"""Who may do what: the roles of the portal, and who may act in that of another."""

from enum import StrEnum

from communes.rules import Level


class Role(StrEnum):
    """What a user is here for. The unit says where."""

    COMMUNE_ENTRY = "commune_entry"
    COMMUNE_SIGNATORY = "commune_signatory"
    DISTRICT_APPRAISER = "district_appraiser"
    PROVINCE_OFFICER = "province_officer"
    PROVINCE_ADMIN = "province_admin"
    LEADER = "leader"
    API_CLIENT = "api_client"


COMMUNE_ROLES = frozenset({Role.COMMUNE_ENTRY, Role.COMMUNE_SIGNATORY})
PROVINCE_ROLES = frozenset({Role.PROVINCE_OFFICER, Role.PROVINCE_ADMIN})

SECOND_FACTOR_ROLES = frozenset({Role.DISTRICT_APPRAISER, *PROVINCE_ROLES})
"""Roles that appraise or approve: they need a second factor where DEBUG is off."""

LEVELS: dict[Role, frozenset[Level]] = {
    Role.COMMUNE_ENTRY: frozenset({Level.COMMUNE}),
    Role.COMMUNE_SIGNATORY: frozenset({Level.COMMUNE}),
    Role.DISTRICT_APPRAISER: frozenset({Level.DISTRICT}),
    Role.PROVINCE_OFFICER: frozenset({Level.PROVINCE}),
    Role.PROVINCE_ADMIN: frozenset({Level.PROVINCE}),
    Role.LEADER: frozenset(Level),
    Role.API_CLIENT: frozenset(Level),
}
"""Levels of unit at which a role can serve."""

DELEGABLE = frozenset({Role.COMMUNE_SIGNATORY, Role.DISTRICT_APPRAISER, *PROVINCE_ROLES})
"""Roles in which somebody of the same unit may act for another person."""


def acting_role(own: Role, delegated: Role | None) -> Role:
    """The role in which somebody acts: that of the person acted for; one's own where it is such a role itself, or where there is nobody to act for."""
    return delegated if delegated in DELEGABLE and own not in DELEGABLE else own


def may_stand_in(deputy: Role, principal: Role) -> bool:
    """Whether somebody of the one role may act for somebody of the other, in the same unit: a person, for whoever signs, appraises or approves."""
    return principal in DELEGABLE and deputy != Role.API_CLIENT
