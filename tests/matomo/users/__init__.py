"""
UsersManager, case by case: the tables of the contract (matomo-usersmanager.md, section 4), and where each case is.

| table | cases | where |
|---|---|---|
| 4.2 | 1, 2: events of access | nowhere: nothing listens to events |
| 4.2 | 3 to 11: preferences | beside the tests of preferences; 3, 4 and 9 are of methods that HTTP does not reach |
| 4.2 | 12, 21, 22: addUser | test_add_user |
| 4.2 | 13 to 20: updateUser | test_update_user; 15 (mails off by a setting) has no setting here |
| 4.2 | 23, 36, 40 to 45: sites of users | test_sites_of_users |
| 4.2 | 24 to 35, 37 to 39: getUsersPlusRole | test_plus_role |
| 4.2 | 46 to 57: setUserAccess | test_set_access |
| 4.2 | 58 to 68: capabilities | test_capabilities |
| 4.2 | 69, 85 to 87: superusers, deleting | test_delete_user |
| 4.2 | 70 to 84: invitations | test_invitations; 74 in test_update_user |
| 4.3 | addUser, wrong values of every kind | test_add_user; 100 characters of a password are refused here (W15) |
| 4.3 | the hash over an MD5, options deleted with a user | nowhere: neither is kept here |
| 4.3 | getUser, getUsers, by e-mail | test_people |
| 4.3 | setUserAccess, idSites | test_set_access |
| 4.3 | setSuperUserAccess, deleteUser | test_delete_user |
| 4.3 | a superuser without an account | nowhere: everybody who calls has one |
| 4.4 | links | test_invitations; tokens that take POST are beside the tests of tokens |
| 4.7 | domains | test_domains |
"""
