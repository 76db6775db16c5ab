"""What the judges of services for mail clients and of network time share."""

from netaudit.model.common import Family

BOTH = (Family.IPV4, Family.IPV6)
