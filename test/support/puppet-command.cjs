// The process side of puppet.ts: connects to the test over the Unix socket named in argv[2] and follows its orders.
// Each order is a line of JSON {order, …}; the reply is a line {done: order} once it is executed.
//
// It is a CommonJS script, because Node starts those faster than modules, and hundreds of tests start a puppet.
const { spawn } = require('node:child_process');
const { closeSync, writeSync } = require('node:fs');
const { connect } = require('node:net');
const { createInterface } = require('node:readline');

const socket = connect(process.argv[2]);
const tell = (fact) => socket.write(`${JSON.stringify(fact)}\n`);

/** Blocking, so that printed text has left before the order is confirmed. */
function print(fd, text) {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

const orders = {
  print: ({ fd, text, base64 }) => print(fd, base64 ? Buffer.from(base64, 'base64') : text),
  trap: ({ signal }) => process.on(signal, () => tell({ signal })),
  exit: ({ code }) => process.exit(code),
  raise: ({ signal }) => process.kill(process.pid, signal),
  close: () => [1, 2].forEach((fd) => closeSync(fd)),
  spawn: ({ detached, stdio }) => void spawn(process.execPath, process.argv.slice(1), { stdio, detached }),
};

socket.on('close', () => process.exit(99));
socket.on('error', () => process.exit(99));
createInterface({ input: socket }).on('line', (line) => {
  const order = JSON.parse(line);
  orders[order.order](order);
  tell({ done: order.order });
});
tell({
  hello: { pid: process.pid, parent: process.ppid, args: process.argv.slice(3), env: process.env, cwd: process.cwd() },
});
