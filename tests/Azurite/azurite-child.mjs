// Runs Azurite in this process and closes it when standard input ends. However the parent goes, its end of the pipe goes with it,
// so Azurite never outlives the parent, and still writes down what it holds in memory.
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [entry, pidFile, ...args] = process.argv.slice(2);
const longestClose = 20_000;

// A dead parent reads nothing any more, and a broken pipe must not end the process before the data is written.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

// The next parent waits for this file to go before it opens the same data.
if (pidFile !== '-') {
  writeFileSync(pidFile, String(process.pid));
  process.on('exit', () => rmSync(pidFile, { force: true }));
}

// A terminal's Ctrl+C and a service manager's SIGTERM reach the whole group. Only the parent knows when it has made its last write.
const once = process.once.bind(process);
process.once = (event, listener) => (event === 'SIGINT' || event === 'SIGTERM' ? process : once(event, listener));
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

let closing = false;
function close() {
  if (closing) return;
  closing = true;
  setTimeout(() => process.exit(1), longestClose).unref();
  // Azurite listens for this message once it serves; before that it holds nothing worth keeping.
  if (!process.emit('message', 'shutdown')) process.exit(0);
}

process.stdin.on('end', close).on('close', close).on('error', close).resume();

process.argv = [process.execPath, entry, ...args];
createRequire(import.meta.url)(entry);
