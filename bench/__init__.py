"""``make bench``: how fast Frontdesk is, beside two yardsticks, in one run. No part of the tests."""
