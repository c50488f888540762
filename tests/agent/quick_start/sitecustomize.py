"""Has the site agent's processes import the client's models as they are asked for.

Python imports this by itself where the folder is on its path. See `tests/client_models.py`.
"""

import sys

if any("waldur" in word for word in sys.orig_argv):  # not the commands of the cluster
    from importlib.util import module_from_spec, spec_from_file_location
    from pathlib import Path

    _path = Path(__file__).resolve().parents[2] / "client_models.py"
    _spec = spec_from_file_location("client_models", _path)
    assert _spec is not None
    assert _spec.loader is not None
    _client_models = module_from_spec(_spec)
    _spec.loader.exec_module(_client_models)
    _client_models.install()
