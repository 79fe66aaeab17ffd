"""A mail relay for tests: sink.py CERT KEY tls|starttls. Says its port, then one line of JSON for each mail. Who is written to decides
what it does: busy@ not now, no@ never, drop@ hangs up after it took the first, slow@ takes a while."""
import asyncio, json, os, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult

dropped = set()

class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split('@')[0]
        if name == 'busy': return '451 not now'
        if name == 'no': return '550 no such mailbox'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        to = envelope.rcpt_tos[0]
        print(json.dumps({'from': envelope.mail_from, 'to': envelope.rcpt_tos, 'tls': session.ssl is not None or mode == 'tls', 'user': session.auth_data, 'helo': session.host_name, 'data': envelope.content.decode('utf-8', 'replace')}), flush=True)
        if to.startswith('slow@'): await asyncio.sleep(60)
        if to.startswith('drop@') and to not in dropped:
            dropped.add(to)
            server.transport.abort()
        return '250 2.0.0 OK'

def check(server, session, envelope, mechanism, data):
    good = data.login == b'mailer' and data.password == b'secret'
    return AuthResult(success=good, handled=False, auth_data='mailer' if good else None)

cert, key, mode = sys.argv[1:4]
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(cert, key)

def connection():
    if mode == 'tls': return SMTP(Handler(), hostname='sink', enable_SMTPUTF8=True, authenticator=check, auth_required=True, auth_require_tls=False, loop=loop)
    if mode == 'plain': return SMTP(Handler(), hostname='sink', loop=loop)
    return SMTP(Handler(), hostname='sink', enable_SMTPUTF8=True, tls_context=context, require_starttls=True, authenticator=check, auth_required=True, loop=loop)

loop = asyncio.new_event_loop()
server = loop.run_until_complete(loop.create_server(connection, '127.0.0.1', 0, ssl=context if mode == 'tls' else None))
print(server.sockets[0].getsockname()[1], flush=True)
parent = os.getppid()
async def watch():
    while os.getppid() == parent: await asyncio.sleep(1)
    loop.stop()
loop.create_task(watch())
loop.run_forever()
