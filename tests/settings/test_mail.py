"""Mail settings that cannot work are rejected at the start."""

import pytest

from app.settings import ConfigError, load

GOOD = {
    "FRONTDESK_MAIL_HOST": "mail.example.com",
    "FRONTDESK_MAIL_FROM": "Frontdesk <frontdesk@example.com>",
    "FRONTDESK_PUBLIC_URL": "https://stats.example.com/frontdesk",
}


def test_three_are_enough():
    assert load(environ=GOOD).mail_encryption == "starttls"


def test_without_a_server_the_others_are_not_asked_for():
    assert load(environ={"FRONTDESK_MAIL_FROM": "nonsense", "FRONTDESK_MAIL_PORT": "465"}).mail_host == ""


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"PUBLIC_URL": ""}, "MAIL_HOST needs FRONTDESK_PUBLIC_URL"),
        ({"MAIL_FROM": ""}, "MAIL_HOST needs FRONTDESK_MAIL_FROM"),
        ({"MAIL_FROM": "Frontdesk"}, "MAIL_FROM must be `Name <address>` or an address"),
        ({"MAIL_FROM": "Frontdesk <ä@example.com>"}, "MAIL_FROM must be `Name <address>` or an address"),
        ({"PUBLIC_URL": "stats.example.com"}, "PUBLIC_URL must be the address"),
        ({"PUBLIC_URL": "ftp://stats.example.com"}, "PUBLIC_URL must be the address"),
        ({"PUBLIC_URL": "https://"}, "PUBLIC_URL must be the address"),
        ({"PUBLIC_URL": "https://stats.example.com:port"}, "PUBLIC_URL must be the address"),
        ({"PUBLIC_URL": "https://[stats"}, "PUBLIC_URL must be the address"),
        ({"MAIL_HOST": "", "PUBLIC_URL": "javascript:alert(1)"}, "PUBLIC_URL must be the address"),
        ({"MAIL_HOST": "mail.example.com:587"}, "MAIL_HOST must be a host name or an IP address alone"),
        ({"MAIL_HOST": "smtp://mail.example.com"}, "MAIL_HOST must be a host name or an IP address alone"),
        ({"MAIL_HOST": "mail example"}, "MAIL_HOST must be a host name or an IP address alone"),
        ({"MAIL_USERNAME": "ädä"}, "MAIL_USERNAME must consist of ASCII characters"),
        ({"MAIL_USERNAME": "ada", "MAIL_PASSWORD": "schlüssel"}, "MAIL_PASSWORD must consist of ASCII characters"),
        ({"MAIL_PORT": "465"}, "MAIL_ENCRYPTION must be tls for port 465"),
        ({"MAIL_ENCRYPTION": "ssl"}, "MAIL_ENCRYPTION must be starttls or tls or none"),
        ({"MAIL_PASSWORD": "secret"}, "MAIL_PASSWORD needs FRONTDESK_MAIL_USERNAME"),
        ({"MAIL_USERNAME": "ada", "MAIL_PASSWORD": "secret", "MAIL_ENCRYPTION": "none"}, "sent in clear text"),
    ],
)
def test_what_cannot_work_is_refused(settings, complaint):
    environ = GOOD | {f"FRONTDESK_{name}": value for name, value in settings.items()}

    with pytest.raises(ConfigError) as error:
        load(environ=environ)

    assert complaint in str(error.value)
    assert "secret" not in str(error.value)


def test_a_password_to_this_machine_may_be_in_the_clear():
    local = {"MAIL_HOST": "localhost", "MAIL_USERNAME": "ada", "MAIL_PASSWORD": "x", "MAIL_ENCRYPTION": "none"}

    assert load(environ=GOOD | {f"FRONTDESK_{name}": value for name, value in local.items()})


def test_the_password_is_masked():
    environ = GOOD | {"FRONTDESK_MAIL_USERNAME": "ada", "FRONTDESK_MAIL_PASSWORD": "secret"}

    assert load(environ=environ).masked()["mail_password"] == "********"
