# SPDX-License-Identifier: Apache-2.0
"""The example world: an Internet, a gateway machine, VPC hosts and data centres, from namespaces.

Used by ./demo, tests/e2e and bench. Read world.py for the picture, then gateway.py and
datacentre.py. Everything lives in a cage (cage.py) whose end ends it all.
"""
