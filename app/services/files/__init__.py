"""Files with users, teams, memberships, websites and grants: exporting them, and importing them again."""
