# SPDX-License-Identifier: Apache-2.0
"""The Python worker of RankMQ."""
