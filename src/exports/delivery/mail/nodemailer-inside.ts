import type { Socket } from 'node:net';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SMTPError } from 'nodemailer/lib/smtp-connection';

/** What of the library's inside a session uses; none of it is promised by `nodemailer`, which is why package.json pins it. */
export interface Inside {
  /** Where it is said how long the server may be silent. */
  socket: Socket;
  /**
   * The recipients that were refused so far. The library tells of them only when the mail is taken, and they are refused
   * whatever becomes of it.
   */
  refused(): readonly SMTPError[];
}

/** Looks inside a connection that is connected and sends nothing yet; a text says what is not as expected. */
export function insideOf(connection: SMTPConnection): Inside | string {
  const { _socket: socket } = connection as { _socket?: Socket | false | null };
  if (!socket || typeof socket.setTimeout !== 'function') return '_socket is no socket';
  const envelope = () =>
    (connection as unknown as { _envelope?: { rejectedErrors?: SMTPError[] } | false })._envelope;
  if (envelope() !== false) return '_envelope is not false before a mail';
  return {
    socket,
    refused() {
      const sent = envelope();
      return sent && Array.isArray(sent.rejectedErrors) ? sent.rejectedErrors : [];
    },
  };
}
