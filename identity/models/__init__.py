"""People, the organizations and projects they belong to, and the record of what was done."""

from identity.models.credentials import LoginFailures as LoginFailures
from identity.models.credentials import SshKey as SshKey
from identity.models.credentials import Token as Token
from identity.models.email import EmailConfirmation as EmailConfirmation
from identity.models.event import Event as Event
from identity.models.event import EventDelivery as EventDelivery
from identity.models.event_subject import EventSubject as EventSubject
from identity.models.grant import Grant as Grant
from identity.models.grant import Role as Role
from identity.models.group_invitation import GroupInvitation as GroupInvitation
from identity.models.group_invitation import PermissionRequest as PermissionRequest
from identity.models.invitation import Invitation as Invitation
from identity.models.invitation import InvitationMail as InvitationMail
from identity.models.organisation import Customer as Customer
from identity.models.organisation import OrganizationGroup as OrganizationGroup
from identity.models.people import User as User
from identity.models.platform_terms import PlatformTerms as PlatformTerms
from identity.models.platform_terms import PlatformTermsAcceptance as PlatformTermsAcceptance
from identity.models.project import Project as Project
from identity.models.replay import IdempotencyKey as IdempotencyKey
from identity.models.science import ScienceDomain as ScienceDomain
from identity.models.science import ScienceSubDomain as ScienceSubDomain
from identity.models.slugs import UsedSlug as UsedSlug
from identity.models.task import TaskFailure as TaskFailure
