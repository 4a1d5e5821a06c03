"""
Provision two users, a team and two websites. Run it as often as you like: it changes only what differs.

It needs the package ``requests``, and in the environment:

FRONTDESK_URL: where the server is, for example http://localhost:8000
FRONTDESK_KEY: an administrator's API key with the scopes users:write, teams:write and websites:write
INITIAL_PASSWORD: the password of new users
"""

import os
import sys
import uuid
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

URL, PASSWORD = os.environ["FRONTDESK_URL"], os.environ["INITIAL_PASSWORD"]
OURS = uuid.UUID("0d6e5a2c-7f0b-4f5e-8f0e-6c8a1b9d2e10")
"""Ids are made of this one and a name, so that every run has the same."""
USERS = {
    "ada": {"role": "user", "email": "ada@example.org", "externalId": "hr-1001"},
    "bob": {"role": "user", "displayName": "Bob", "externalId": "hr-1002"},
}
TEAMS = {"Marketing": {"owner": "ada", "members": {"bob": "team-member"}}}
WEBSITES = {
    "shop.example.org": {"name": "Shop", "team": "Marketing"},
    "blog.example.org": {"name": "Blog", "user": "ada"},
}

session = requests.Session()
session.headers["Authorization"] = f"Bearer {os.environ['FRONTDESK_KEY']}"
# PUT can be repeated, so it may be after a lost answer, too.
session.mount("http", HTTPAdapter(max_retries=Retry(5, backoff_factor=0.2, status_forcelist=[429, 503])))


def id_of(kind: str, name: str) -> str:
    return str(uuid.uuid5(OURS, f"{kind} {name}"))


def put(path: str, body: dict[str, Any], **headers: str) -> None:
    answer = session.put(URL + path, json=body, headers=headers, timeout=30)
    print(answer.status_code, path)
    if not answer.ok and not (headers and answer.status_code == 412):
        sys.exit(f"{path}: {answer.json()['error']}")


for username, profile in USERS.items():
    user, path = {"username": username, **profile}, f"/api/users/{id_of('user', username)}"
    # Only a new user gets the initial password; others may have changed it.
    put(path, {**user, "password": PASSWORD}, **{"If-None-Match": "*"})
    put(path, user)
for name, team in TEAMS.items():
    path = f"/api/teams/{id_of('team', name)}"
    put(path, {"name": name, "ownerId": id_of("user", team["owner"])})
    for username, role in team["members"].items():
        put(f"{path}/users/{id_of('user', username)}", {"role": role})
for domain, website in WEBSITES.items():
    owner = {f"{kind}Id": id_of(kind, website[kind]) for kind in ("user", "team") if kind in website}
    put(f"/api/websites/{id_of('website', domain)}", {"name": website["name"], "domain": domain, **owner})
