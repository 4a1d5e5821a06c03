"""The server's state and settings."""

from tests.http.apps import other_app
from tests.umami.bodies import OK, pretty


class TestHeartbeat:
    def test_it_is_ok(self, anonymous):
        response = anonymous.get("/api/heartbeat")

        assert response.status_code == 200
        assert response.content_type == "application/json"
        assert response.data == b'{"ok":true}'
        assert response.json == OK

    def test_it_needs_no_database(self, tmp_path):
        with other_app(f"sqlite:///{tmp_path}/no/such/folder/test.db", tmp_path) as app:
            response = app.test_client().get("/api/heartbeat")

        assert response.json == OK


class TestConfig:
    def test_what_is_not_set_is_not_there(self, anonymous):
        response = anonymous.get("/api/config")

        assert response.status_code == 200
        assert pretty(response.json) == pretty(
            {
                "cloudMode": False,
                "privateMode": False,
                "telemetryDisabled": True,
                "updatesDisabled": True,
                "currentVersion": True,
            }
        )

    def test_what_is_set_is_shown(self, tmp_path):
        settings = {
            "favicon_url": "https://icons.example/{{domain}}",
            "links_url": "https://l.example",
            "pixels_url": "https://p.example",
            "private_mode": True,
            "telemetry_disabled": False,
            "tracker_script_name": "t.js",
            "updates_disabled": False,
        }

        with other_app(f"sqlite:///{tmp_path}/test.db", tmp_path, **settings) as app:
            response = app.test_client().get("/api/config")

        assert pretty(response.json) == pretty(
            {
                "cloudMode": False,
                "faviconUrl": "https://icons.example/{{domain}}",
                "linksUrl": "https://l.example",
                "pixelsUrl": "https://p.example",
                "privateMode": True,
                "telemetryDisabled": False,
                "trackerScriptName": "t.js",
                "updatesDisabled": False,
                "currentVersion": True,
            }
        )
