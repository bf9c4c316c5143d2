#!/usr/bin/env python3
"""generator_traces: what CPython's generators do in random programs, as digests.

usage: generator_traces.py [--show SEED]

Prints the table of pirn/core/generator_traces_test.cpp, whose bodies and driver are these, line by
line, in C++. Both draw their decisions from one small random sequence, so that the same seed gives
the same log as long as each step, throw, close and delegation does the same. --show prints one log.
"""
import inspect
import os
import sys

SEEDS, SEEDS_A_ROW = 1600, 100
MASK = 2**64 - 1


class Mishap(Exception):
    pass


class World:
    def __init__(self, seed):
        self.state = seed
        self.names = 0
        self.log = []
        self.roots = []
        self.pool = []  # what bodies may borrow
        self.kept = []  # so that no generator is closed by the collector

    def pick(self, count):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & MASK
        return (self.state >> 33) % count

    def name(self):
        self.names += 1
        return self.names

    def note(self, *words):
        self.log.append(" ".join(str(word) for word in words))

    def make(self, depth):
        made = body(self, self.name(), depth)
        self.kept.append(made)
        return made


def borrowing(world, sub):
    try:
        return (yield from sub)
    finally:
        if inspect.getgeneratorstate(sub) != inspect.GEN_CLOSED:
            world.pool.append(sub)


def body(world, name, depth):
    world.note(name, "starts")
    for step in range(world.pick(5)):
        action = world.pick(10)
        try:
            if action < 5 or depth == 0:
                got = yield 10 * name + step
                world.note(name, "got", got)
            elif action < 8:
                got = yield from world.make(depth - 1)
                world.note(name, "made one that returned", got)
            elif action == 8 and world.pool:
                borrower = borrowing(world, world.pool.pop())
                world.kept.append(borrower)
                got = yield from borrower
                world.note(name, "borrowed one that returned", got)
            else:
                raise Mishap(name)
        except Mishap as error:
            world.note(name, "caught", error)
            if world.pick(2):
                raise
        except RuntimeError:
            world.note(name, "saw its sub ignore the exit")
            if world.pick(2):
                raise
        except GeneratorExit:
            world.note(name, "exits")
            way = world.pick(4)
            if way == 0:
                raise
            if way == 1:
                return -name
            if way == 2:
                raise Mishap(1000 + name)
    world.note(name, "ends")
    return name if world.pick(2) else None


def act(world, generator, action):
    if action < 3:
        return next(generator)
    if action < 6:
        return generator.send(world.pick(100))
    if action == 6:
        return generator.throw(Mishap(world.pick(100)))
    return generator.throw(GeneratorExit())


def drive(world, which):
    generator, action = world.roots[which], world.pick(9)
    world.note("act", which, action)
    try:
        if action == 8:
            generator.close()
            world.note("closed")
        else:
            world.note("yielded", act(world, generator, action))
    except StopIteration as stop:
        world.note("stopped", stop.value)
    except TypeError:
        world.note("not started")
    except RuntimeError:
        world.note("ignored exit")
    except Mishap as error:
        world.note("mishap", error)
    except GeneratorExit:
        world.note("exit")
    if inspect.getgeneratorstate(generator) == inspect.GEN_CLOSED and world.pick(2):
        world.roots[which] = world.make(4)


def run(seed):
    world = World(seed)
    for _ in range(3):
        lent = world.make(3)
        for _ in range(world.pick(3)):
            try:
                next(lent)
            except (StopIteration, Mishap):
                break
        if inspect.getgeneratorstate(lent) != inspect.GEN_CLOSED:
            world.pool.append(lent)
    for _ in range(3):
        world.roots.append(world.make(4))
    for _ in range(80):
        drive(world, world.pick(3))
    return world.log, world


def digest(lines):
    value = 0xCBF29CE484222325
    for byte in "".join(line + "\n" for line in lines).encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def main(arguments):
    worlds = []
    if arguments[:1] == ["--show"]:
        lines, world = run(int(arguments[1]))
        print("\n".join(lines))
        return
    for first in range(0, SEEDS, SEEDS_A_ROW):
        lines = []
        for seed in range(first, first + SEEDS_A_ROW):
            part, world = run(seed)
            lines += part
            worlds.append(world)
        print(f"    0x{digest(lines):016x},  // {len(lines)} lines")


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)  # what is still suspended is not closed
