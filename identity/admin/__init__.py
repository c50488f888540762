"""The staff's pages for people, organisations, projects, roles and the log."""

from identity.admin import credentials as credentials
from identity.admin import grants as grants
from identity.admin import invitations as invitations
from identity.admin import log as log
from identity.admin import organisations as organisations
from identity.admin import people as people
from identity.admin import permission_reviews as permission_reviews
from identity.admin import platform_terms as platform_terms
from identity.admin import privacy as privacy
from identity.admin import projects as projects
from identity.admin import role_concealments as role_concealments
from identity.admin import roles as roles
from identity.admin import science as science
from identity.admin import second_factors as second_factors
from identity.admin import vetting as vetting
