// Starts the thread that accepts pages (front-thread.ts), in front of the server of this thread.
import { Worker } from 'node:worker_threads';
import { FrontMessage, type FrontOrders } from './front-messages.ts';
import { cannotListen, type RunningServer } from './index.ts';

interface Parts extends FrontOrders {
  /** Called for each event of the bus that was written to disk. */
  readonly onAccepted: (id: string) => void;
  readonly onTrouble: (sentence: string) => void;
}

/** Throws `Misconfigured` if the port is not available. */
export async function startFront({ onAccepted, onTrouble, ...orders }: Parts): Promise<RunningServer> {
  const thread = new Worker(new URL('front-thread.ts', import.meta.url), { workerData: orders });
  let closing = false;
  const { promise: listens, resolve, reject } = Promise.withResolvers<number>();
  thread.on('message', (message: unknown) => {
    const parsed = FrontMessage.parse(message);
    switch (parsed.kind) {
      case 'listens':
        return resolve(parsed.port);
      case 'cannot-listen':
        return reject(cannotListen(orders.port, parsed.code));
      case 'accepted':
        return onAccepted(parsed.id);
    }
  });
  thread.once('error', reject);
  thread.once('exit', () => {
    if (!closing) onTrouble('The thread that takes pages ended by itself. Start Watchkeeper again.');
  });
  const close = async () => {
    closing = true;
    await thread.terminate();
  };
  try {
    const port = await listens;
    return { port, url: `http://127.0.0.1:${port}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}
