#!/usr/bin/env bash
# Provisions two users, a team and two websites. Run it as often as you like: it changes only what differs.
#
# FRONTDESK_URL     where the server is, for example http://localhost:8000
# FRONTDESK_KEY     an administrator's API key with the scopes users:write, teams:write and websites:write
# INITIAL_PASSWORD  the password of new users, without quotation marks and backslashes
set -euo pipefail

# The ids are yours to choose; these are from uuidgen.
ada=6f1d5f0e-3b0a-4c1e-9a55-5d0b7a3f1c01
bob=6f1d5f0e-3b0a-4c1e-9a55-5d0b7a3f1c02
team=6f1d5f0e-3b0a-4c1e-9a55-5d0b7a3f1c03
shop=6f1d5f0e-3b0a-4c1e-9a55-5d0b7a3f1c04
blog=6f1d5f0e-3b0a-4c1e-9a55-5d0b7a3f1c05

# put PATH BODY [HEADER]: prints the status, and fails unless it is 200, 201 or 412. Key and body are not arguments of
# curl, because other users of this machine can see those.
put() {
  local answer status
  answer=$(curl --silent --show-error --retry 5 --retry-connrefused --max-time 30 --request PUT "$FRONTDESK_URL$1" \
    --header @<(printf 'Authorization: Bearer %s\n' "$FRONTDESK_KEY") --header "Content-Type: application/json" \
    ${3:+--header "$3"} --data @- --write-out '\n%{http_code}' <<<"$2")
  status=${answer##*$'\n'}
  echo "$status $1"
  [[ $status == 20[01] || ($status == 412 && -n ${3:-}) ]] || { echo "${answer%$'\n'*}" >&2; exit 1; }
}

# put_user ID PROFILE: gives the initial password to a new user only, who may have changed it since
put_user() {
  put "/api/users/$1" "{$2,\"password\":\"$INITIAL_PASSWORD\"}" "If-None-Match: *"
  put "/api/users/$1" "{$2}"
}

put_user "$ada" '"username":"ada","role":"user","email":"ada@example.org","externalId":"hr-1001"'
put_user "$bob" '"username":"bob","role":"user","displayName":"Bob","externalId":"hr-1002"'
put "/api/teams/$team" "{\"name\":\"Marketing\",\"ownerId\":\"$ada\",\"externalId\":\"dept-7\"}"
put "/api/teams/$team/users/$bob" '{"role":"team-member"}'
put "/api/websites/$shop" "{\"name\":\"Shop\",\"domain\":\"shop.example.org\",\"teamId\":\"$team\"}"
put "/api/websites/$blog" "{\"name\":\"Blog\",\"domain\":\"blog.example.org\",\"userId\":\"$ada\"}"
