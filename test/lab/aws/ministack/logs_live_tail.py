"""CloudWatch Logs: Live Tail in updates of one second.

AWS (API reference, StartLiveTail): "Every second, a LiveTailSessionUpdate object is sent", with at most 500 events, a
sample where there were more. MiniStack sends each PutLogEvents at once and whole; and those of a container's log come from
a thread, where the event loop does not notice them until something else wakes it.
"""

import asyncio
import contextvars
import threading
import time

from ministack.core.responses import StreamingResponse
from ministack.services import cloudwatch_logs

SECOND = 1.0
MOST_EVENTS = 500

send_now = cloudwatch_logs._fanout_to_live_tail_sessions
start = cloudwatch_logs._start_live_tail
lock = threading.Lock()
# By log group and stream: the events of this second, and the account and region that they came in.
waiting = {}
loop = None


def start_live_tail(data):
    status, headers, body = start(data)
    if not isinstance(body, StreamingResponse):
        return status, headers, body
    runner = body.runner

    async def run(send, receive):
        global loop
        loop = asyncio.get_running_loop()
        await runner(send, receive)

    return status, headers, StreamingResponse(run)


def hold(group, stream, events):
    if not events or not cloudwatch_logs._live_tail_sessions:
        return
    with lock:
        held, _ = waiting.setdefault((group, stream), ([], contextvars.copy_context()))
        first = not held
        held.extend(events)
    if first:
        loop.call_soon_threadsafe(loop.call_later, SECOND - time.time() % SECOND, send, group, stream)


def send(group, stream):
    with lock:
        events, context = waiting.pop((group, stream))
    if len(events) > MOST_EVENTS:
        for session in cloudwatch_logs._live_tail_sessions.values():
            session["sampled"] = True
    context.run(send_now, group, stream, events[:MOST_EVENTS])


def apply():
    cloudwatch_logs._start_live_tail = start_live_tail
    cloudwatch_logs._fanout_to_live_tail_sessions = hold
