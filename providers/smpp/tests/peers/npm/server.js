// A server on npm's `smpp`: says on standard output what it received, one JSON object a line, and
// does what it reads from standard input.
'use strict';
const readline = require('readline');
const smpp = require('smpp');

const tell = (what) => process.stdout.write(JSON.stringify(what) + '\n');
// Octets as they came, and not as this library reads them.
smpp.filters.message.decode = (value) => value;
smpp.filters.time.decode = (value) => value;

let current = null;
let count = 0;
const server = smpp.createServer((session) => {
  session.on('error', (error) => tell({ error: String(error) }));
  session.on('bind_transceiver', (pdu) => {
    current = session;
    tell({ bind: { system_id: pdu.system_id, password: pdu.password, version: pdu.interface_version } });
    const known = pdu.system_id === 'acme' && pdu.password === 's3cr3t';
    session.send(pdu.response(known ? { system_id: 'peer' } : { command_status: smpp.ESME_RINVPASWD }));
  });
  session.on('submit_sm', (pdu) => {
    const octets = Buffer.isBuffer(pdu.short_message) ? pdu.short_message : pdu.short_message.message;
    const body = pdu.esm_class & 0x40 ? octets.slice(octets[0] + 1) : octets;
    const id = (0xa0 + count++).toString(16).toUpperCase().padStart(8, '0');
    tell({
      submit: {
        id,
        source: [pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr],
        destination: [pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr],
        esm_class: pdu.esm_class,
        data_coding: pdu.data_coding,
        registered_delivery: pdu.registered_delivery,
        validity_period: pdu.validity_period,
        octets: octets.toString('hex'),
        // By this library's own tables.
        text: smpp.encodings[pdu.data_coding === 8 ? 'UCS2' : 'ASCII'].decode(body),
      },
    });
    session.send(pdu.response({ message_id: id }));
  });
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => {
    tell({ unbind: true });
    session.send(pdu.response());
    session.close();
  });
});
server.listen(0, '127.0.0.1', () => tell({ listening: server.address().port }));

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const options = JSON.parse(line);
  if (options.udh) {
    const message = options.short_message;
    options.short_message = { udh: Buffer.from(options.udh, 'hex'), message };
    delete options.udh;
  }
  current.deliver_sm(options, (pdu) => tell({ taken: pdu.command_status }));
}).on('close', () => process.exit(0));
