"""A server on PyPI's `smppy`: says what it received, one JSON object a line, and texts it back."""
import asyncio
import json
import logging
import socket
import sys

from smppy.server import Application, SmppProtocol


def tell(what):
    print(json.dumps(what), flush=True)


class Peer(Application):
    async def handle_bound_client(self, client):
        tell({"bind": {"system_id": client.system_id, "password": client.password}})
        return client

    async def handle_unbound_client(self, client):
        tell({"unbind": True})

    async def handle_sms_received(self, client, source_number, dest_number, text):
        tell({"submit": {"source": source_number, "destination": dest_number, "text": text}})
        await client.send_sms(source=dest_number, dest=source_number, text=text)


async def taken(_protocol, _response):
    tell({"taken": True})


# It reads one PDU a segment: the next message has to wait for this.
SmppProtocol.on_deliver_sm_resp = taken
logging.disable(logging.CRITICAL)
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
peer = Peer(name="peer")
server = peer.create_server(loop=loop, host="127.0.0.1", port=port)
tell({"listening": port})
loop.run_in_executor(None, lambda: (sys.stdin.read(), loop.call_soon_threadsafe(loop.stop)))
loop.run_forever()
