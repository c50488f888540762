"""Offers the accounts that a cluster has already as allocations, for sites whose agent polls.

In its event mode the agent does so by itself when somebody asks for it. This program asks the
service for open requests and works them off with the agent's own classes, so run it with the
agent's Python:

    /opt/waldur-site-agent/bin/python import_allocations.py /etc/waldur/agent.yaml

An account is offered when its organisation (`sacctmgr list account`) is the name that the agent
gives to a project's account: the configuration's `project_prefix` and the project's slug. It
becomes an allocation when the provider imports it: `backend-resources/{uuid}/import_resource/`.
"""

import sys

from waldur_api_client.api.backend_resource_requests import backend_resource_requests_list
from waldur_api_client.models.backend_resource_req_state_enum import (
    BackendResourceReqStateEnum,
)
from waldur_site_agent.common import utils
from waldur_site_agent.common.processors import OfferingImportableResourcesProcessor

SENT = BackendResourceReqStateEnum.SENT


def main(config_file: str) -> None:
    """Work off the open requests of every offering in the configuration."""
    configuration = utils.init_configuration_from_file(config_file)
    for offering in configuration.waldur_offerings:
        client = utils.get_client_for_offering(offering, configuration.waldur_user_agent)
        backend, version = utils.get_backend_for_offering(offering, "order_processing_backend")
        processor = OfferingImportableResourcesProcessor(
            offering, client, resource_backend=backend, resource_backend_version=version
        )
        for request in backend_resource_requests_list.sync_all(
            client=client, offering_uuid=offering.uuid, state=[SENT]
        ):
            processor.process_request(request.uuid.hex)


if __name__ == "__main__":
    main(sys.argv[1])
