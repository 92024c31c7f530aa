# SPDX-License-Identifier: Apache-2.0
"""Benchmarks against real peers in the lab; each is a module with measure(quick) and its keys' meaning."""
