# SPDX-License-Identifier: Apache-2.0
"""What the API promises of connections and routes of one gateway, said a second time, simply: no ids, no store, no
order. Refusals are sets: any code of a rule that is broken may be the answer."""
import ipaddress

ANY = "0.0.0.0/0"
IKE_DEFAULTS = {"IkeVersion": "ikev2", "IkeMode": "main", "IkeEncAlg": "aes", "IkeAuthAlg": "md5", "IkePfs": "group2",
                "IkeLifetime": 86400, "RemoteId": ""}


def networks(text):
    return [ipaddress.ip_network(part) for part in text.split(",")]


def overlaps(one, other):
    return any(a.overlaps(b) for a in networks(one) for b in networks(other))


class Connection:
    def __init__(self, customer, name, ike, local, remote, automatic=True, dpd=True):
        # A pre-shared key that is left out is random: like no other.
        self.customer, self.name, self.ike = customer, name, IKE_DEFAULTS | {"Psk": object()} | ike
        self.local, self.remote, self.automatic, self.dpd = local, remote, automatic, dpd

    def copy(self, ike=None, **changes):
        made = Connection(self.customer, self.name, self.ike | (ike or {}), self.local, self.remote, self.automatic,
                          self.dpd)
        for name, value in changes.items():
            if value is not None:
                setattr(made, name, value)
        return made

    def is_destination(self):
        return self.local == self.remote == ANY

    def phase1(self):
        return self.ike | {"EnableDpd": self.dpd}

    def is_main(self):
        return self.ike["IkeVersion"] == "ikev1" and self.ike["IkeMode"] == "main"

    def pairs(self):
        return {(local, remote) for local in self.local.split(",") for remote in self.remote.split(",")}

    def asks_for(self):
        return self.pairs() if self.automatic and not self.is_destination() else set()

    def shares_phase1(self, other):
        return (self.customer == other.customer and self.ike["RemoteId"] == other.ike["RemoteId"]
                and not self.is_destination() and not other.is_destination())

    def refusals(self):
        """Of the connection alone."""
        codes = set()
        for name, text in (("LocalSubnet", self.local), ("RemoteSubnet", self.remote)):
            blocks = networks(text)
            if len(blocks) > 1 and self.ike["IkeVersion"] == "ikev1":
                codes.add(f"IllegalParam.{name}")
            if any(a.overlaps(b) for i, a in enumerate(blocks) for b in blocks[:i]):
                codes.add(f"IllegalParam.{name}")
        if any(a.overlaps(b) and a.prefixlen and b.prefixlen for a in networks(self.local)
               for b in networks(self.remote)):
            codes.add("IllegalParam.RemoteSubnet")
        return codes

    def refusals_beside(self, other, before=None):
        """Of the connection (as it was: before) because of another one of the gateway."""
        if self.customer != other.customer:
            return set()
        if self.ike["RemoteId"] != other.ike["RemoteId"]:
            codes = set()
            if not self.is_destination() and self.pairs() & other.pairs():
                codes.add("IllegalParam.RemoteSubnet")
            if (self.is_main() and other.is_main() and self.ike["Psk"] != other.ike["Psk"]
                    and not (before and before.is_main())):
                codes.add("InvalidPsk")
            return codes
        if self.is_destination() or other.is_destination():
            return {"InvalidVpnConnection.AlreadyExists"}
        mine, theirs = self.phase1(), other.phase1()
        codes = {f"Invalid{name}" for name in mine if mine[name] != theirs[name]}
        if overlaps(self.local, other.local) and overlaps(self.remote, other.remote):
            codes.add("IllegalParam.RemoteSubnet")
        return codes


class Site:
    """The connections and both route tables of a gateway. Keys of routes: (next hop, destination), (next hop, source,
    destination)."""

    def __init__(self):
        self.connections, self.routes, self.policies = {}, {}, {}

    def new_refusals(self, wanted):
        return wanted.refusals().union(*(wanted.refusals_beside(one) for one in self.connections.values()))

    def add(self, identity, connection):
        self.connections[identity] = connection
        self.follow(identity)

    def edit(self, identity, ike, **changes):
        """What all connections would be, who else follows, and the refusals."""
        before = self.connections[identity]
        after = before.copy(ike, **changes)
        everyone = dict(self.connections) | {identity: after}
        members = set()
        if after.phase1() != before.phase1():
            members = {key for key, one in self.connections.items() if key != identity and before.shares_phase1(one)}
        for key in members:
            everyone[key] = self.connections[key].copy(after.ike, dpd=after.dpd)
        changed = members | {identity}
        codes = set().union(*(everyone[key].refusals() for key in changed))
        for key in changed:
            for other in set(everyone) - {key}:
                if key == identity or other not in changed:
                    codes |= everyone[key].refusals_beside(everyone[other], before)
        return everyone, members, codes

    def apply(self, identity, everyone):
        before, self.connections = self.connections[identity], everyone
        after = everyone[identity]
        if (before.local, before.remote, before.automatic) != (after.local, after.remote, after.automatic):
            self.follow(identity)

    def follow(self, identity):
        wanted = self.connections[identity].asks_for()
        self.policies = {key: route for key, route in self.policies.items()
                         if key[0] != identity or not route["automatic"] or key[1:] in wanted}
        for pair in wanted - {key[1:] for key in self.policies if key[0] == identity}:
            is_taken = any(key[1:] == pair and route["Weight"] == 100 for key, route in self.policies.items())
            self.policies[(identity, *pair)] = {"Weight": 0 if is_taken else 100, "Priority": 10, "State": "normal",
                                                "automatic": True}

    def is_used(self, identity):
        return (any(key[0] == identity for key in self.routes)
                or any(key[0] == identity and not route["automatic"] for key, route in self.policies.items()))

    def remove(self, identity):
        del self.connections[identity]
        self.policies = {key: route for key, route in self.policies.items() if key[0] != identity}

    def publish(self, kind, hop, destination, is_published):
        """False where there is no such route."""
        table, other = (self.policies, self.routes) if kind == "pbr" else (self.routes, self.policies)
        named = [route for key, route in table.items() if key[0] == hop and key[-1] == destination]
        if not is_published and any(route["State"] == "published" for route in named):
            named += [route for key, route in other.items() if key[-1] == destination]
        for route in named:
            route["State"] = "published" if is_published else "normal"
        return bool(named)
