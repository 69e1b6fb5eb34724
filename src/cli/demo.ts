import { SECOND } from '../platform/clock.ts';

/** Requests that still run after this are cut: a demo that was told to end ends. */
const STOP_LIMIT_MILLISECONDS = 3 * SECOND;

/** `npm run demo`: what a process needs around it. Everything else is loaded after the signals are listened to. */
async function main(): Promise<void> {
  const stop = new AbortController();
  // Not once: npm passes a Ctrl-C on that the terminal has delivered already.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  stop.signal.addEventListener('abort', () => {
    setTimeout(() => process.exit(0), STOP_LIMIT_MILLISECONDS).unref();
  });
  // The reader of a pipe may close it early (`npm run demo | head`).
  process.stdout.on('error', () => stop.abort());
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);

  process.stdout.write('Starting the hotline of an invented company. Nothing is sent to anybody real.\n');
  const { runDemo } = await import('./demo-show.ts');
  process.exitCode = await runDemo(process.argv.slice(2), {
    environment: process.env,
    output: process.stdout,
    tellError: (text) => process.stderr.write(`${text}\n`),
    stop: stop.signal,
  });
}

async function fail(error: unknown): Promise<void> {
  const { sentenceFor } = await import('./terminal.ts');
  process.stderr.write(`${sentenceFor(error)}\n`);
  process.exit(1);
}

await main();
