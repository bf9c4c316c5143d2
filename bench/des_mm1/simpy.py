"""SimPy 2.3, Debian's: a queue with one server, customers as items of a Store or as processes at a
Resource.

SimPy 4 has other names for the same; Debian does not have it.
"""

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "common"))
import measure
from SimPy.Simulation import Process, Resource, Simulation, Store, get, hold, put, release, request

ARRIVALS, SERVICES = 1.0, 1 / 0.8


class Arrivals(Process):
    def put_into(self, line, count):
        draw = random.Random(1).expovariate
        for _ in range(count):
            yield hold, self, draw(ARRIVALS)
            yield put, self, line, [self.sim.now()]

    def send_to(self, server, count, in_system):
        come, work = random.Random(1).expovariate, random.Random(2).expovariate
        for _ in range(count):
            yield hold, self, come(ARRIVALS)
            customer = Customer(sim=self.sim)
            self.sim.activate(customer, customer.be_served(server, work(SERVICES), in_system))


class Server(Process):
    def serve(self, line, count):
        draw = random.Random(2).expovariate
        in_system = 0.0
        for _ in range(count):
            yield get, self, line, 1
            arrival = self.got[0]
            yield hold, self, draw(SERVICES)
            in_system += self.sim.now() - arrival


class Customer(Process):
    def be_served(self, server, work, in_system):
        arrival = self.sim.now()
        yield request, self, server
        yield hold, self, work
        yield release, self, server
        in_system[0] += self.sim.now() - arrival


def store(count):
    sim = Simulation()
    sim.initialize()
    line = Store(sim=sim)
    arrivals, server = Arrivals(sim=sim), Server(sim=sim)
    sim.activate(arrivals, arrivals.put_into(line, count))
    sim.activate(server, server.serve(line, count))
    start = measure.cpu_now_s()
    sim.simulate(until=float("inf"))
    return measure.cpu_now_s() - start


def resource(count):
    sim = Simulation()
    sim.initialize()
    arrivals = Arrivals(sim=sim)
    sim.activate(arrivals, arrivals.send_to(Resource(sim=sim), count, [0.0]))
    start = measure.cpu_now_s()
    sim.simulate(until=float("inf"))
    return measure.cpu_now_s() - start


measure.run({"store": store, "resource": resource})
