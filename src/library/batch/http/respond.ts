import type { IncomingMessage, ServerResponse } from 'node:http';

/** What of a body that nobody wants is read, so that its sender sees the answer before the connection ends. */
const MOST_UNREAD_BYTES = 64 * 2 ** 20;
const MOST_UNREAD_MS = 5_000;

/** What the endpoint calls itself. */
export const SERVER = 'regie';

/** Answers in JSON. A request whose body is not all there is read on for a little while, then cut. */
export function respond(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  content: unknown,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const body = `${JSON.stringify(content)}\n`;
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    Server: SERVER,
    ...headers,
  });
  response.end(body);
  if (!request.complete) readOn(request);
}

function readOn(request: IncomingMessage): void {
  let bytes = 0;
  const cut = () => request.socket.destroy();
  const timer = setTimeout(cut, MOST_UNREAD_MS);
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_UNREAD_BYTES) cut();
  });
  request.on('error', () => undefined);
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
  request.resume();
}
