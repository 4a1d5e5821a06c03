"""The reasons that errors give to programs, by their texts. Errors that are not listed have none."""

from typing import Any

REASONS = {
    "User already exists": "name-taken",
    "This username is another user's e-mail address": "name-taken",
    "A user with this e-mail address already exists": "email-taken",
    "This e-mail address is another user's username": "email-taken",
    "A user with this id already exists": "id-taken",
    "A deleted user has this id. Restore the user (POST /api/users/:id/restore), or choose another id.": "id-taken",
    "A team with this id already exists": "id-taken",
    "A website with this id already exists": "id-taken",
    "Another user has this external id": "external-id-taken",
    "Another team has this external id": "external-id-taken",
    "Another website has this external id": "external-id-taken",
    "User is already a member of the Team.": "already-member",
    "User is already a team member.": "already-joined",
    "The User does not exists on this team.": "not-member",
    "That access code is already taken.": "access-code-taken",
    "That share ID is already taken.": "slug-taken",
    "Current password is incorrect": "wrong-password",
    "You cannot delete yourself.": "deleting-yourself",
    "You cannot give yourself access to a website.": "own-grant",
    "The last administrator cannot be demoted.": "last-admin",
    "The last administrator cannot be disabled.": "last-admin",
    "The last administrator cannot be deleted.": "last-admin",
    "The last owner of a team cannot be demoted.": "last-owner",
    "The last owner of a team cannot leave it.": "last-owner",
    "The account 'anonymous' can only have view access.": "only-views",
    "A service account has no password; it uses API keys.": "no-password",
    "This invitation has already been accepted.": "already-accepted",
    "The invitation to this account has not been accepted yet.": "not-accepted",
    "There can be at most 100 API keys. Delete one that is no longer used.": "too-many-keys",
    "User not found": "unknown-reference",
    "Team not found": "unknown-reference",
    "Website not found": "unknown-reference",
}
INVITED = "has been invited already."


def with_reason(message: str, status: int, extra: dict[str, Any]) -> dict[str, Any]:
    """Return the further keys of an error: those given, and the reason if it has one."""
    if status != 400:
        return extra
    texts = [message, *(text for field in extra.get("properties", {}).values() for text in field["errors"])]
    reason = next((REASONS[text] for text in texts if text in REASONS), None)
    if INVITED in message:
        reason = "already-invited"
    return {**extra, "reason": reason} if reason else extra
