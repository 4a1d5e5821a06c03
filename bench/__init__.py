"""``make bench`` measures the performance of Frontdesk against two reference servers. It is not part of the tests."""
