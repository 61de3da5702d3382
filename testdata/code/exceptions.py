"""try, except, else, finally, except*, raise, assert."""
# The exception table and the copies of finally bodies are what this is about.

try: a
except: b

try: a
except A: b
except (B, C): c
except D as d: d
else: e

try: a
finally: b

try:
    a
except A as e:
    try: b
    except B as e: c
    finally: d
else:
    f
finally:
    g

try: a
except* A: b
except* (B, C) as c: d
else: e
finally: f

try:
    raise
except* A as e:
    raise e
except* B:
    pass

raise
raise A
raise A from B
raise A() from None


def returns():
    try:
        return a
    finally:
        b


def returns_in_finally():
    try:
        return a
    except A:
        return b
    else:
        return c
    finally:
        return d


def nested():
    try:
        try:
            a
        finally:
            try: b
            except B: c
    except C as e:
        with d:
            try: return e
            finally: f
    finally:
        try: g
        finally: h


def loops():
    for i in x:
        try:
            if a: break
            if b: continue
            return c
        except D as e:
            if a: break
            if b: continue
            return e
        else:
            if a: break
        finally:
            if d: print(i)
    while True:
        try: pass
        finally:
            if z: break
            continue


def with_yield():
    try:
        yield 1
    except GeneratorExit:
        yield 2
    finally:
        yield 3


def reraises():
    try: a
    except A: raise
    except B as b: raise C from b
    except C as c:
        del c
    except D as d:
        d = 1


def only_pass():
    try: pass
    except: pass
    try: pass
    except E: pass
    finally: pass
    try: x
    finally: pass
    try: pass
    finally: y


def star():
    try:
        a
    except* A as e:
        b
    except* B:
        for i in c:
            try: d
            except* C: pass
    finally:
        return_value = 1
    return return_value


def asserts(x):
    assert x
    assert x, "message"
    assert x > 1 and y, f"{x}"
    assert (x, "always true")
    assert not x
    assert x is None
    assert False
    assert True
    assert 0, "zero"


def finally_with_functions():
    try:
        return a
    finally:
        lambda: b
        [c for c in d]
        (e for e in f)
        def g(): h
        class I: j


def deep():
    try:
        try:
            try:
                try: a
                finally: b
            finally: c
        finally: d
    finally: e


async def coroutine():
    try:
        await a
    except A as e:
        await b
    finally:
        await c
    try:
        return await d
    finally:
        await e
    async for i in x:
        try: continue
        finally: await y
