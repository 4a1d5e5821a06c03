"""
``UsersManager``, with the cases of Matomo's own integration tests of that plugin: ``APITest``, ``UsersManagerTest``,
``UserInviteTest`` and ``TokenSecureOnlyTest``.

Left out, because Frontdesk has no such thing: Matomo's access events, a setting that switches mail off, a hash over an
MD5 of the password, options that are deleted with a user, and superusers without an account. Cases on preferences and
tokens are in ``tests/matomo/test_preferences.py`` and ``tests/matomo/test_tokens.py``.
"""
