"""
Allowed domains of e-mail addresses. The setting is ``FRONTDESK_EMAIL_DOMAINS``.

Unlike Matomo, Frontdesk accepts the setting while accounts use other domains (they keep them), so there is no list of
domains in use to test either.
"""

import pytest

from app.domain.emails import parsed_domains
from tests.matomo.conftest import SUCCESS, failure
from tests.matomo.users import says

ADD = "UsersManager.addUser"


def test_a_domain_is_kept_in_lower_case_and_what_stands_before_it_as_it_was_given(superuser):
    superuser.call(ADD, userLogin="ada", password="zbcdef", email="Ada.Lovelace@Example.COM")

    assert superuser.call("UsersManager.getUser", userLogin="ada").json["email"] == "Ada.Lovelace@example.com"


def test_an_address_of_a_machine_is_refused(superuser):
    response = superuser.call(ADD, userLogin="ada", password="zbcdef", email="a@[127.0.0.1]")

    assert response.json == failure(says.bad_email("a@[127.0.0.1]"))


@pytest.mark.parametrize(
    ("setting", "domains"),
    [
        ("", ()),
        ("matomo.org", ("matomo.org",)),
        ("Matomo.ORG,matomo.org, ,", ("matomo.org",)),
        ("@x.org,foo@x.com, foo @ example.com ", ("x.org", "x.com", "example.com")),
        ("foobar@mato@mo.org", ("mo.org",)),
        ("   foobar @ mato  @  mo.org ", ("mo.org",)),
    ],
)
def test_the_setting_is_read_kindly(setting, domains):
    assert parsed_domains(setting) == domains


@pytest.mark.parametrize(
    ("email", "fits"),
    [
        ("foobar@matomo.org", True),
        ("foobar@MATOMO.Org", True),
        ("foobar@example.com", True),
        ("foobar@matomo.fr", False),
        ("foobar@sub.matomo.org", False),
        ("foobar@xmatomo.org", False),
    ],
)
def test_a_domain_fits_as_a_whole_in_any_case(superuser, root, with_domains, email, fits):
    with_domains("matomo.org, example.com")

    response = superuser.call(ADD, userLogin="ada", password="geqgeagae", email=email)

    local, _, domain = email.partition("@")
    expected = failure(says.domain(f"{local}@{domain.lower()}", "matomo.org, example.com"))
    assert response.json == (SUCCESS if fits else expected)


def test_without_a_setting_every_domain_fits(superuser, root):
    assert superuser.call(ADD, userLogin="ada", password="geqgeagae", email="a@any.where").json == SUCCESS
