import { openAsBlob } from 'node:fs';
import { defineDestinationType, DeliveryFailed, resolveSecret, secretReference, z } from 'regie';

/** Where a file of this name lies. */
const at = (folder: string, name: string) =>
  new URL(encodeURIComponent(name), folder.endsWith('/') ? folder : `${folder}/`);

/** Files of exports, put into a folder of a web server (WebDAV, object stores). */
export const httpPut = defineDestinationType({
  name: 'httpPut',
  settings: z.strictObject({
    /** The folder's address. */
    url: z.url({ protocol: /^https?$/ }),
    /** Sent as bearer token. */
    token: secretReference.optional(),
  }),
  open({ url, token }) {
    const headers = async (): Promise<Record<string, string>> =>
      token === undefined ? {} : { authorization: `Bearer ${await resolveSecret(token)}` };
    return {
      recipients: () => [url],
      async send({ outgoing, checkpoint, signal }) {
        // It reads the file while it is sent.
        const request = {
          method: 'PUT',
          body: await openAsBlob(outgoing.path),
          headers: await headers(),
          signal,
        };
        // From here on nobody knows what the server has, until it says so.
        await checkpoint();
        const answer = await fetch(at(url, outgoing.name), request);
        await answer.body?.cancel();
        if (answer.ok) return { state: 'delivered', note: `answered ${answer.status}` };
        // Its own word: it did not take the file. What went wrong inside of it says nothing about that.
        if (answer.status < 500)
          throw new DeliveryFailed(`the server answers ${answer.status}`, { permanent: true });
        throw new Error(`the server answers ${answer.status}`);
      },
      async verifyArrival(outgoing, signal) {
        const answer = await fetch(at(url, outgoing.name), {
          method: 'HEAD',
          headers: await headers(),
          signal,
        });
        if (answer.status === 404) return 'absent';
        return answer.ok && answer.headers.get('content-length') === String(outgoing.bytes)
          ? 'delivered'
          : undefined;
      },
    };
  },
});
