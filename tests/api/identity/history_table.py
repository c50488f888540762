"""Who may read what rows were, and ask for something about people; read by test_permissions."""

TABLE = """
GET    /api/customers/{customer}/history/            401 403 403 403 403 403 403 403 200 200
GET    /api/customers/{customer}/history/at/         401 403 403 403 403 403 403 403 400 400
GET    /api/projects/{project}/history/              401 403 403 403 403 403 403 403 200 200
GET    /api/projects/{project}/history/at/           401 403 403 403 403 403 403 403 400 400
GET    /api/keys/{key}/history/                      401 404 404 404 404 404 404 404 200 200
GET    /api/keys/{key}/history/at/                   401 404 404 404 404 404 404 404 400 400
GET    /api/users/{member}/history/                  401 404 404 403 403 403 403 403 200 200
GET    /api/users/{member}/history/at/               401 404 404 403 403 403 403 403 400 400
GET    /api/users/{member}/data_access/              401 404 404 403 403 403 403 403 200 200
GET    /api/users/{member}/data_access_history/      401 404 404 403 403 403 403 403 200 200
GET    /api/data-access-logs/                        401 200 200 200 200 200 200 200 200 200
GET    /api/data-access-logs/{looked}/               401 404 404 404 404 404 404 404 200 200
DELETE /api/data-access-logs/{looked}/               401 403 403 403 403 403 403 403 403 204
POST   /api/users/{member}/send_notification/        401 403 403 403 403 403 403 403 403 202
POST   /api/users/{member}/update_actions/           401 403 403 403 403 403 403 403 403 202
"""
