# SPDX-License-Identifier: Apache-2.0
"""Two ends of a tunnel over one veth, by the software that is measured; load and figures of them."""
