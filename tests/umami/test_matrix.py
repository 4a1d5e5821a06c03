"""Who may call what: every endpoint of Umami's API, as every kind of caller."""

import re
from typing import Any

import pytest

from tests.umami.world import ACCESS_CODE, CALLERS, PASSWORD

TABLE = """
                                            anon share view user ownr mngr mmbr view vo-m site admn
GET /api/heartbeat                           200  200  200  200  200  200  200  200  200  200  200
GET /api/config                              200  200  200  200  200  200  200  200  200  200  200
GET /api/share/:slug                         200  200  200  200  200  200  200  200  200  200  200
POST /api/auth/login                         200  200  200  200  200  200  200  200  200  200  200
POST /api/auth/forgot-password               200  200  200  200  200  200  200  200  200  200  200
POST /api/auth/logout                        401  200  200  200  200  200  200  200  200  200  200
GET /api/auth/verify                         401  401  200  200  200  200  200  200  200  200  200
POST /api/auth/verify                        401  401  200  200  200  200  200  200  200  200  200
POST /api/auth/sso                           401  401  200  200  200  200  200  200  200  200  200
POST /api/auth/confirm                       401  401  200  200  200  200  200  200  200  200  200
GET /api/auth/subscription                   401  401  200  200  200  200  200  200  200  200  200

GET /api/me                                  401  200  200  200  200  200  200  200  200  200  200
POST /api/me/password                        401  401  200  200  200  200  200  200  200  200  200
GET /api/me/teams                            401  401  200  200  200  200  200  200  200  200  200
GET /api/me/websites                         401  401  200  200  200  200  200  200  200  200  200
GET /api/me/sessions                         401  401  200  200  200  200  200  200  200  200  200
DELETE /api/me/sessions                      401  401  200  200  200  200  200  200  200  200  200
DELETE /api/me/sessions/:my-session          401  401  200  200  200  200  200  200  200  200  200
DELETE /api/me/sessions/:foreign-session     401  401  404  404  404  404  404  404  404  404  404

GET /api/me/api-keys                         401  401  200  200  200  200  200  200  200  200  200
POST /api/me/api-keys                        401  401  200  200  200  200  200  200  200  200  200
DELETE /api/me/api-keys/:unknown             401  401  404  404  404  404  404  404  404  404  404
GET /api/users/:self/api-keys                401  401  200  200  200  200  200  200  200  200  200
GET /api/users/:outsider/api-keys            401  401  401  401  401  401  401  401  401  401  200
POST /api/users/:self/api-keys               401  401  200  200  200  200  200  200  200  200  200
POST /api/users/:outsider/api-keys           401  401  401  401  401  401  401  401  401  401  200
POST /api/users/:unknown/api-keys            401  401  401  401  401  401  401  401  401  401  404
DELETE /api/users/:outsider/api-keys/:unknown
                                             401  401  401  401  401  401  401  401  401  401  404

GET /api/2fa/status                          401  401  200  200  200  200  200  200  200  200  200
POST /api/2fa/setup/initiate                 401  401  200  200  200  200  200  200  200  200  200
POST /api/2fa/setup/confirm                  401  401  400  400  400  400  400  400  400  400  400
POST /api/2fa/setup/cancel                   401  401  200  200  200  200  200  200  200  200  200
POST /api/2fa/disable                        401  401  400  400  400  400  400  400  400  400  400
POST /api/2fa/verify                         401  401  401  401  401  401  401  401  401  401  401
POST /api/admin/2fa/global                   401  401  401  401  401  401  401  401  401  401  200
POST /api/admin/teams/:team/2fa              401  401  401  401  401  401  401  401  401  401  200
POST /api/admin/teams/:unknown/2fa           401  401  401  401  401  401  401  401  401  401  404
POST /api/admin/users/:outsider/2fa          401  401  401  401  401  401  401  401  401  401  200
POST /api/admin/users/:unknown/2fa           401  401  401  401  401  401  401  401  401  401  404
GET /api/admin/users/:outsider/2fa           401  401  401  401  401  401  401  401  401  401  200
DELETE /api/admin/users/:outsider/2fa        401  401  401  401  401  401  401  401  401  401  200
DELETE /api/admin/users/:self/2fa            401  401  401  401  401  401  401  401  401  401  400

GET /api/users                               401  401  401  401  401  401  401  401  401  401  200
GET /api/admin/users                         401  401  401  401  401  401  401  401  401  401  200
GET /api/admin/users/deleted                 401  401  401  401  401  401  401  401  401  401  200
GET /api/admin/users/inactive?since=2026-01-01
                                             401  401  401  401  401  401  401  401  401  401  200
GET /api/admin/find/user?name=:outsider      401  401  401  401  401  401  401  401  401  401  200
GET /api/admin/find/user?name=:unknown       401  401  401  401  401  401  401  401  401  401  404
GET /api/admin/find/team?name=:team          401  401  401  401  401  401  401  401  401  401  200
GET /api/admin/find/team?name=:unknown       401  401  401  401  401  401  401  401  401  401  404
GET /api/admin/find/website?name=:site       401  401  401  401  401  401  401  401  401  401  200
GET /api/admin/find/website?name=:unknown    401  401  401  401  401  401  401  401  401  401  404
GET /api/admin/find/invitation?name=:invitation
                                             401  401  401  401  401  401  401  401  401  401  200
GET /api/admin/find/invitation?name=:unknown
                                             401  401  401  401  401  401  401  401  401  401  404
GET /api/admin/export                        401  401  401  401  401  401  401  401  401  401  200
POST /api/admin/import                       401  401  401  401  401  401  401  401  401  401  200
GET /api/admin/state                         401  401  401  401  401  401  401  401  401  401  200
POST /api/admin/state/plan                   401  401  401  401  401  401  401  401  401  401  200
POST /api/admin/state/apply                  401  401  401  401  401  401  401  401  401  401  400
GET /api/admin/audit                         401  401  401  401  401  401  401  401  401  401  200
GET /api/admin/webhooks                      401  401  401  401  401  401  401  401  401  401  200
POST /api/admin/webhooks                     401  401  401  401  401  401  401  401  401  401  200
GET /api/admin/webhooks/:webhook             401  401  401  401  401  401  401  401  401  401  200
GET /api/admin/webhooks/:unknown             401  401  401  401  401  401  401  401  401  401  404
POST /api/admin/webhooks/:webhook            401  401  401  401  401  401  401  401  401  401  200
POST /api/admin/webhooks/:unknown            401  401  401  401  401  401  401  401  401  401  404
DELETE /api/admin/webhooks/:webhook          401  401  401  401  401  401  401  401  401  401  200
DELETE /api/admin/webhooks/:unknown          401  401  401  401  401  401  401  401  401  401  404
POST /api/admin/webhooks/:webhook/secret     401  401  401  401  401  401  401  401  401  401  200
POST /api/admin/webhooks/:unknown/secret     401  401  401  401  401  401  401  401  401  401  404
POST /api/admin/webhooks/:webhook/test       401  401  401  401  401  401  401  401  401  401  200
POST /api/admin/webhooks/:unknown/test       401  401  401  401  401  401  401  401  401  401  404
GET /api/admin/webhooks/:webhook/deliveries  401  401  401  401  401  401  401  401  401  401  200
GET /api/admin/webhooks/:unknown/deliveries  401  401  401  401  401  401  401  401  401  401  404
POST /api/admin/webhooks/:webhook/deliveries/:delivery/redeliver
                                             401  401  401  401  401  401  401  401  401  401  200
POST /api/admin/webhooks/:webhook/deliveries/:unknown/redeliver
                                             401  401  401  401  401  401  401  401  401  401  404
GET /api/admin/teams                         401  401  401  401  401  401  401  401  401  401  200
GET /api/admin/websites                      401  401  401  401  401  401  401  401  401  401  200
POST /api/users                              401  401  401  401  401  401  401  401  401  401  200
GET /api/users/:self                         401  401  200  200  200  200  200  200  200  200  200
GET /api/users/:outsider                     401  401  401  401  401  401  401  401  401  401  200
GET /api/users/:unknown                      401  401  401  401  401  401  401  401  401  401  404
GET /api/users/:no-id                        401  401  404  404  404  404  404  404  404  404  404
POST /api/users/:self                        401  401  200  200  200  200  200  200  200  200  200
POST /api/users/:outsider                    401  401  401  401  401  401  401  401  401  401  200
POST /api/users/:unknown                     401  401  401  401  401  401  401  401  401  401  404
PUT /api/users/:outsider                     401  401  401  401  401  401  401  401  401  401  200
PUT /api/users/:unknown                      401  401  401  401  401  401  401  401  401  401  201
PUT /api/users/:deleted                      401  401  401  401  401  401  401  401  401  401  400
DELETE /api/users/:self                      401  401  401  401  401  401  401  401  401  401  400
DELETE /api/users/:outsider                  401  401  401  401  401  401  401  401  401  401  200
DELETE /api/users/:unknown                   401  401  401  401  401  401  401  401  401  401  404
POST /api/users/:deleted/restore             401  401  401  401  401  401  401  401  401  401  200
POST /api/users/:outsider/restore            401  401  401  401  401  401  401  401  401  401  404
POST /api/users/:unknown/restore             401  401  401  401  401  401  401  401  401  401  404
GET /api/users/:self/sessions                401  401  200  200  200  200  200  200  200  200  200
GET /api/users/:outsider/sessions            401  401  401  401  401  401  401  401  401  401  200
GET /api/users/:unknown/sessions             401  401  401  401  401  401  401  401  401  401  404
DELETE /api/users/:self/sessions             401  401  200  200  200  200  200  200  200  200  200
DELETE /api/users/:outsider/sessions         401  401  401  401  401  401  401  401  401  401  200
DELETE /api/users/:unknown/sessions          401  401  401  401  401  401  401  401  401  401  404
DELETE /api/users/:colleague/sessions/:foreign-session
                                             401  401  401  401  401  401  401  401  401  401  200
DELETE /api/users/:outsider/sessions/:foreign-session
                                             401  401  401  401  401  401  401  401  401  401  404
POST /api/users/:outsider/reset-link         401  401  401  401  401  401  401  401  401  401  200
POST /api/users/:unknown/reset-link          401  401  401  401  401  401  401  401  401  401  404
POST /api/users/:outsider/disable            401  401  401  401  401  401  401  401  401  401  200
POST /api/users/:unknown/disable             401  401  401  401  401  401  401  401  401  401  404
POST /api/users/:self/disable                401  401  401  401  401  401  401  401  401  401  400
POST /api/users/:outsider/enable             401  401  401  401  401  401  401  401  401  401  200
POST /api/users/:unknown/enable              401  401  401  401  401  401  401  401  401  401  404
GET /api/users/:self/websites                401  401  200  200  200  200  200  200  200  200  200
GET /api/users/:outsider/websites            401  401  401  401  401  401  401  401  401  401  200
GET /api/users/:unknown/websites             401  401  401  401  401  401  401  401  401  401  200
GET /api/users/:self/teams                   401  401  200  200  200  200  200  200  200  200  200
GET /api/users/:outsider/teams               401  401  401  401  401  401  401  401  401  401  200
GET /api/users/:unknown/teams                401  401  401  401  401  401  401  401  401  401  200

POST /api/bulk                               401  401  207  200  200  200  200  200  207  200  200

GET /api/teams                               401  401  200  200  200  200  200  200  200  200  200
POST /api/teams                              401  401  401  200  200  200  200  200  401  200  200
POST /api/teams for another user             401  401  401  401  401  401  401  401  401  401  200
POST /api/teams/join                         401  401  200  200  400  400  400  400  400  200  200
POST /api/teams/join with a wrong code       401  401  404  404  404  404  404  404  404  404  404
GET /api/teams/:team                         401  401  401  401  200  200  200  200  200  401  200
GET /api/teams/:unknown                      401  401  401  401  401  401  401  401  401  401  404
POST /api/teams/:team                        401  401  401  401  200  200  401  401  401  401  200
PUT /api/teams/:team                         401  401  401  401  200  200  401  401  401  401  200
PUT /api/teams/:unknown                      401  401  401  201  201  201  201  201  401  201  201
POST /api/teams/:unknown                     401  401  401  401  401  401  401  401  401  401  404
DELETE /api/teams/:team                      401  401  401  401  200  401  401  401  401  401  200
DELETE /api/teams/:unknown                   401  401  401  401  401  401  401  401  401  401  404
GET /api/teams/:team/users                   401  401  401  401  200  200  200  200  200  401  200
POST /api/teams/:team/users                  401  401  401  401  200  200  401  401  401  401  200
GET /api/teams/:team/users/:self             401  401  401  401  200  200  401  401  401  401  404
GET /api/teams/:team/users/:colleague        401  401  401  401  200  200  401  401  401  401  200
POST /api/teams/:team/users/:colleague       401  401  401  401  200  200  401  401  401  401  200
POST /api/teams/:team/users/:colleague with team-owner
                                             401  401  401  401  200  401  401  401  401  401  200
POST /api/teams/:team/users/:owner           401  401  401  401  400  401  401  401  401  401  400
POST /api/teams/:team/users/:outsider        401  401  401  401  400  400  401  401  401  401  400
PUT /api/teams/:team/users/:colleague        401  401  401  401  200  200  401  401  401  401  200
PUT /api/teams/:team/users/:outsider         401  401  401  401  201  201  401  401  401  401  201
PUT /api/teams/:team/users/:outsider with team-owner
                                             401  401  401  401  201  401  401  401  401  401  201
PUT /api/teams/:unknown/users/:outsider      401  401  401  401  401  401  401  401  401  401  404
DELETE /api/teams/:team/users/:self          401  401  400  400  400  200  200  200  200  400  400
DELETE /api/teams/:team/users/:colleague     401  401  401  401  200  200  401  401  401  401  200
DELETE /api/teams/:team/users/:owner         401  401  401  401  400  401  401  401  401  401  400
GET /api/teams/:team/websites                401  401  401  401  200  200  200  200  200  401  200
POST /api/teams/:team/websites               401  401  401  401  200  200  200  401  401  401  200
DELETE /api/teams/:team/websites/:site       401  401  401  401  200  200  200  401  200  401  200
DELETE /api/teams/:team/websites/:foreign-site
                                             401  401  401  401  401  401  401  401  401  401  404
GET /api/teams/:team/links                   401  401  401  401  200  200  200  200  200  401  200
GET /api/teams/:team/pixels                  401  401  401  401  200  200  200  200  200  401  200
GET /api/teams/:team/boards                  401  401  401  401  200  200  200  200  200  401  200

GET /api/boards                              401  401  200  200  200  200  200  200  200  200  200
GET /api/links                               401  401  200  200  200  200  200  200  200  200  200
GET /api/pixels                              401  401  200  200  200  200  200  200  200  200  200
GET /api/dashboard                           401  401  200  200  200  200  200  200  200  200  200

GET /api/websites                            401  401  200  200  200  200  200  200  200  200  200
POST /api/websites                           401  401  401  200  200  200  200  200  401  200  200
POST /api/websites for the team              401  401  401  401  200  200  200  401  401  401  200
POST /api/websites for no team               401  401  401  401  401  401  401  401  401  401  400
GET /api/websites/:site                      401  200  401  401  200  200  200  200  200  401  200
GET /api/websites/:mine                      401  401  200  200  200  200  200  200  200  200  200
GET /api/websites/:foreign-site              401  401  401  401  401  401  401  401  401  200  200
GET /api/websites/:unknown                   401  401  401  401  401  401  401  401  401  401  404
POST /api/websites/:site                     401  401  401  401  200  200  200  401  200  401  200
PUT /api/websites/:site                      401  401  401  401  200  200  200  401  200  401  200
PUT /api/websites/:foreign-site              401  401  401  401  401  401  401  401  401  200  200
PUT /api/websites/:unknown                   401  401  401  201  201  201  201  201  401  201  201
POST /api/websites/:mine                     401  401  200  200  200  200  200  200  200  200  200
POST /api/websites/:foreign-site             401  401  401  401  401  401  401  401  401  200  200
POST /api/websites/:unknown                  401  401  401  401  401  401  401  401  401  401  404
DELETE /api/websites/:site                   401  401  401  401  200  200  200  401  200  401  200
DELETE /api/websites/:mine                   401  401  200  200  200  200  200  200  200  200  200
DELETE /api/websites/:foreign-site           401  401  401  401  401  401  401  401  401  200  200
DELETE /api/websites/:unknown                401  401  401  401  401  401  401  401  401  401  404
POST /api/websites/:site/reset               401  401  401  401  200  200  200  401  200  401  200
POST /api/websites/:mine/reset               401  401  200  200  200  200  200  200  200  200  200
POST /api/websites/:foreign-site/reset       401  401  401  401  401  401  401  401  401  200  200
POST /api/websites/:site/transfer to the caller
                                             401  401  401  401  200  401  401  401  401  401  401
POST /api/websites/:site/transfer to another user
                                             401  401  401  401  401  401  401  401  401  401  401
POST /api/websites/:mine/transfer to the team
                                             401  401  401  401  200  200  401  401  401  401  401
POST /api/websites/:foreign-site/transfer to the team
                                             401  401  401  401  401  401  401  401  401  401  401
GET /api/websites/:site/shares               401  200  401  401  200  200  200  200  200  401  200
GET /api/websites/:foreign-site/shares       401  401  401  401  401  401  401  401  401  200  200
POST /api/websites/:site/shares              401  401  401  401  200  200  200  401  200  401  200
POST /api/websites/:mine/shares              401  401  200  200  200  200  200  200  200  200  200
POST /api/websites/:foreign-site/shares      401  401  401  401  401  401  401  401  401  200  200

GET /api/websites/:site/access               401  401  401  401  200  200  401  401  401  401  200
GET /api/websites/:mine/access               401  401  200  200  200  200  200  200  200  200  200
GET /api/websites/:foreign-site/access       401  401  401  401  401  401  401  401  401  200  200
GET /api/websites/:unknown/access            401  401  401  401  401  401  401  401  401  401  404
GET /api/users/:self/access                  401  401  200  200  200  200  200  200  200  200  200
GET /api/users/:outsider/access              401  401  401  401  401  401  401  401  401  401  200
GET /api/users/:unknown/access               401  401  401  401  401  401  401  401  401  401  404
PUT /api/websites/:site/access/:outsider     401  401  401  401  200  200  401  401  401  401  200
PUT /api/websites/:mine/access/:outsider     401  401  200  200  200  200  200  200  200  200  200
PUT /api/websites/:foreign-site/access/:outsider
                                             401  401  401  401  401  401  401  401  401  200  200
PUT /api/websites/:unknown/access/:outsider  401  401  401  401  401  401  401  401  401  401  404
PUT /api/websites/:mine/access/:unknown      401  401  400  400  400  400  400  400  400  400  404
DELETE /api/websites/:site/access/:outsider  401  401  401  401  200  200  401  401  401  401  200
DELETE /api/websites/:mine/access/:outsider  401  401  200  200  200  200  200  200  200  200  200
DELETE /api/websites/:foreign-site/access/:outsider
                                             401  401  401  401  401  401  401  401  401  200  200
DELETE /api/websites/:unknown/access/:outsider
                                             401  401  401  401  401  401  401  401  401  401  404
DELETE /api/websites/:mine/access/:unknown   401  401  400  400  400  400  400  400  400  400  404

GET /api/invitations                         401  401  200  200  200  200  200  200  200  200  200
POST /api/invitations                        401  401  401  401  401  401  401  401  401  401  200
POST /api/invitations to their website       401  401  200  200  200  200  200  200  200  200  200
POST /api/invitations to the team's website  401  401  401  401  200  200  401  401  401  401  200
POST /api/invitations to the team            401  401  401  401  200  200  401  401  401  401  200
POST /api/invitations of an administrator    401  401  401  401  401  401  401  401  401  401  200
POST /api/invitations to nothing there is    401  401  401  401  401  401  401  401  401  401  400
GET /api/invitations/:invitation             401  401  401  401  401  401  401  401  401  200  200
GET /api/invitations/:unknown                401  401  401  401  401  401  401  401  401  401  404
DELETE /api/invitations/:invitation          401  401  401  401  401  401  401  401  401  200  200
DELETE /api/invitations/:unknown             401  401  401  401  401  401  401  401  401  401  404
POST /api/invitations/:invitation/resend     401  401  401  401  401  401  401  401  401  200  200
POST /api/invitations/:unknown/resend        401  401  401  401  401  401  401  401  401  401  404

POST /api/share                              401  401  401  401  200  200  200  401  200  401  200
POST /api/share of another's website         401  401  401  401  401  401  401  401  401  200  200
GET /api/share/id/:share                     401  401  401  401  200  200  200  200  200  401  200
GET /api/share/id/:foreign-share             401  401  401  401  401  401  401  401  401  200  200
GET /api/share/id/:unknown                   401  401  401  401  401  401  401  401  401  401  404
POST /api/share/id/:share                    401  401  401  401  200  200  200  401  200  401  200
POST /api/share/id/:foreign-share            401  401  401  401  401  401  401  401  401  200  200
POST /api/share/id/:unknown                  401  401  401  401  401  401  401  401  401  401  404
DELETE /api/share/id/:share                  401  401  401  401  200  200  200  401  200  401  200
DELETE /api/share/id/:foreign-share          401  401  401  401  401  401  401  401  401  200  200
DELETE /api/share/id/:unknown                401  401  401  401  401  401  401  401  401  401  404
"""
SHARE = {"name": "Link", "slug": "new-slug", "parameters": {}}
SITE = {"name": "Site", "domain": "site.example"}
TO_MINE = {"username": "newcomer", "grants": [{"websiteId": ":mine", "role": "view"}]}
BODIES: dict[str, dict[str, Any]] = {
    "POST /api/admin/import": {"base64": ""},
    "POST /api/admin/state/plan": {"content": "users: []"},
    "POST /api/admin/state/apply": {"content": "users: []", "fingerprint": "of another plan"},
    "POST /api/admin/webhooks": {"url": "https://example.com/hook"},
    "POST /api/auth/login": {"username": "user", "password": PASSWORD},
    "POST /api/auth/forgot-password": {"username": "user"},
    "POST /api/auth/confirm": {"password": PASSWORD},
    "POST /api/me/password": {"currentPassword": PASSWORD, "newPassword": "another horse"},
    **{
        f"POST /api/{whose}/api-keys": {"name": "Report"}
        for whose in ("me", "users/:self", "users/:outsider", "users/:unknown")
    },
    "POST /api/2fa/setup/confirm": {"token": "000000"},
    "POST /api/2fa/disable": {"password": PASSWORD, "token": "000000"},
    "POST /api/2fa/verify": {"token": "000000"},
    **{
        f"POST /api/admin/{what}": {"required": False}
        for what in (
            "2fa/global",
            *(f"{kind}/2fa" for kind in ("teams/:team", "teams/:unknown", "users/:outsider", "users/:unknown")),
        )
    },
    "POST /api/users": {"username": "newcomer", "password": PASSWORD, "role": "user"},
    **{
        f"PUT /api/users/{who}": {"username": "newcomer", "password": PASSWORD, "role": "user"}
        for who in (":outsider", ":unknown", ":deleted")
    },
    "PUT /api/teams/:team": {"name": "Other"},
    "PUT /api/teams/:unknown": {"name": "Other"},
    "PUT /api/teams/:team/users/:colleague": {"role": "team-view-only"},
    "PUT /api/teams/:team/users/:outsider": {"role": "team-member"},
    "PUT /api/teams/:team/users/:outsider with team-owner": {"role": "team-owner"},
    "PUT /api/teams/:unknown/users/:outsider": {"role": "team-member"},
    **{f"PUT /api/websites/{site}": SITE for site in (":site", ":foreign-site", ":unknown")},
    "POST /api/bulk": {"operations": [{"operation": "createTeam", "data": {"name": "Other"}}]},
    "POST /api/teams": {"name": "Other"},
    "POST /api/teams for another user": {"name": "Other", "ownerId": ":outsider"},
    "POST /api/teams/join": {"accessCode": ACCESS_CODE},
    "POST /api/teams/join with a wrong code": {"accessCode": "team_of_nobody"},
    "POST /api/teams/:team/users": {"userId": ":outsider", "role": "team-member"},
    "POST /api/teams/:team/users/:colleague": {"role": "team-view-only"},
    "POST /api/teams/:team/users/:colleague with team-owner": {"role": "team-owner"},
    "POST /api/teams/:team/users/:owner": {"role": "team-member"},
    "POST /api/teams/:team/users/:outsider": {"role": "team-member"},
    "POST /api/teams/:team/websites": SITE,
    "POST /api/websites": SITE,
    "POST /api/websites for the team": {**SITE, "teamId": ":team"},
    "POST /api/websites for no team": {**SITE, "teamId": ":unknown"},
    "POST /api/websites/:site/transfer to the caller": {"userId": ":self"},
    "POST /api/websites/:site/transfer to another user": {"userId": ":outsider"},
    "POST /api/websites/:mine/transfer to the team": {"teamId": ":team"},
    "POST /api/websites/:foreign-site/transfer to the team": {"teamId": ":team"},
    "POST /api/websites/:site/shares": {"name": "Link"},
    "POST /api/websites/:mine/shares": {"name": "Link"},
    "POST /api/websites/:foreign-site/shares": {"name": "Link"},
    **{
        f"PUT /api/websites/{site}/access/:outsider": {"role": "view"}
        for site in (":site", ":mine", ":foreign-site", ":unknown")
    },
    "PUT /api/websites/:mine/access/:unknown": {"role": "view"},
    "POST /api/invitations": {"username": "newcomer"},
    "POST /api/invitations to their website": TO_MINE,
    "POST /api/invitations to the team's website": {
        "username": "newcomer",
        "grants": [{"websiteId": ":site", "role": "view"}],
    },
    "POST /api/invitations to the team": {**TO_MINE, "teams": [{"teamId": ":team", "role": "team-member"}]},
    "POST /api/invitations of an administrator": {"username": "newcomer", "role": "admin"},
    "POST /api/invitations to nothing there is": {
        "username": "newcomer",
        "grants": [{"websiteId": ":unknown", "role": "view"}],
    },
    "POST /api/share": {**SHARE, "entityId": ":site", "shareType": 1},
    "POST /api/share of another's website": {**SHARE, "entityId": ":foreign-site", "shareType": 1},
    "POST /api/share/id/:share": SHARE,
    "POST /api/share/id/:foreign-share": SHARE,
    "POST /api/share/id/:unknown": SHARE,
}
"""Request bodies by row; ``{}`` for rows that are not listed. ``World`` explains the words with a colon."""

ROWS = re.findall(r"^([A-Z]+ /.*?)\s+((?:\d{3}\s*){11})$", TABLE, re.MULTILINE)


@pytest.mark.parametrize(("call", "outcomes"), ROWS, ids=[call for call, _ in ROWS])
def test_who_may_call_what(world, call, outcomes):
    method, path, *_ = call.split()

    statuses = {}
    for caller in CALLERS:
        world.restore()
        body = world.filled(BODIES.get(call, {}), caller)
        statuses[caller] = world.send(method, path, caller, json=body).status_code

    assert statuses == dict(zip(CALLERS, map(int, outcomes.split()), strict=True))


def test_the_table_has_every_endpoint(migrated_app):
    adapter = migrated_app.url_map.bind("localhost")
    routed = {
        (method, rule.rule)
        for rule in migrated_app.url_map.iter_rules()
        if rule.endpoint.startswith("umami.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }

    told = {
        (method, adapter.match(path.partition("?")[0], method, return_rule=True)[0].rule)
        for method, path, *_ in (call.split() for call, _ in ROWS)
    }

    assert told == routed


def test_every_row_of_the_table_is_read():
    lines = [line for line in TABLE.splitlines() if line.lstrip().startswith(("GET", "POST", "PUT", "DELETE"))]

    assert len(ROWS) == len(lines)
    assert set(BODIES) <= {call for call, _ in ROWS}
