import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import type { ServeContext } from '../../../task/kind.ts';
import { userOf } from '../batch-destination.ts';
import { batchIdOf } from '../ids.ts';
import type { BatchSettings, Folders } from '../batch-settings.ts';
import { Batches, isClosed, type Told } from './batches.ts';
import { checkKey, readKey } from './key.ts';
import { layOut } from './lay-out.ts';
import { Cut, receive } from './receive.ts';
import { Refusal } from './http-refusal.ts';
import { idempotencyKey, preferredWait, readHttpRequest, unknownBatch } from './http-request.ts';
import { respond } from './respond.ts';
import type { HttpSettings } from './endpoint-settings.ts';

/** What an endpoint needs of whoever runs it. */
export interface EndpointContext extends Pick<
  ServeContext<BatchSettings>,
  'task' | 'pool' | 'start' | 'log' | 'signal'
> {
  settings: BatchSettings;
  http: HttpSettings;
  folders: Folders;
  /** Where requests are received: this endpoint's own. */
  incoming: string;
}

/** Errors of a disk that takes nothing more. */
const FULL = new Set(['ENOSPC', 'EDQUOT']);

/**
 * Serves the requests of senders. `POST /batches` is answered when the batch is safe in the drop and, where that does
 * not take too long, taken: 200 when all its files are in the library or in its quarantine, 207 when some failed, 422
 * when none went in, each with what became of every file; 202 when it is not known yet, and `Location` says where to
 * ask. `GET /batches/<id>` tells what is known.
 */
export class Endpoint {
  private readonly ctx: EndpointContext;
  private readonly batches: Batches;
  /** Batches that are being received, by their id. */
  private readonly receiving = new Set<string>();
  private uploads = 0;

  constructor(ctx: EndpointContext) {
    this.ctx = ctx;
    this.batches = new Batches(ctx.pool, ctx.folders);
  }

  /** Answers a request. `expects`: it sends its body only when it is told to go on. Throws nothing. */
  async serve(request: IncomingMessage, response: ServerResponse, { expects = false } = {}): Promise<void> {
    const { log, task } = this.ctx;
    try {
      // Whoever looks whether it answers needs no key for that (src/library/batch/http/reachable.ts).
      if (request.method === 'OPTIONS') {
        respond(request, response, 200, {}, { Allow: 'GET, POST' });
        return;
      }
      checkKey(request.headers.authorization, await readKey(this.ctx.http.key));
      const asked = readHttpRequest(request);
      if (asked.what === 'get') await this.tell(request, response, asked.id);
      else await this.take(request, response, expects);
    } catch (error) {
      if (error instanceof Cut) return;
      const refusal = error instanceof Refusal ? error : this.failure(error);
      log.info({ task, status: refusal.status, why: refusal.message }, 'upload refused');
      // Whoever waits to be told to go on sends nothing more on this connection.
      const headers = { ...refusal.headers, ...(expects ? { Connection: 'close' } : {}) };
      respond(request, response, refusal.status, { error: refusal.message }, headers);
    }
  }

  /** What a sender is told when it is our fault; the log has the rest. */
  private failure(error: unknown): Refusal {
    this.ctx.log.warn({ task: this.ctx.task, err: error }, 'an upload failed');
    if (FULL.has((error as NodeJS.ErrnoException).code ?? '')) return new Refusal(507, 'the disk is full');
    return new Refusal(500, 'it failed here; the log of the worker says why. Send it again later', {
      'Retry-After': '30',
    });
  }

  private async tell(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    if (!(await this.batches.find(id))) throw unknownBatch(id);
    const told = await this.batches.wait(id, this.waitOf(request, 0), this.ctx.signal);
    respond(request, response, 200, told);
  }

  private async take(request: IncomingMessage, response: ServerResponse, expects: boolean): Promise<void> {
    const { task, http } = this.ctx;
    const key = idempotencyKey(request);
    const id = key === undefined ? randomUUID() : batchIdOf(task, 'request', key);
    if (key !== undefined && (await this.batches.find(id))) {
      await this.answer(request, response, id);
      return;
    }
    const length = Number(request.headers['content-length'] ?? 0);
    if (length > http.maxBatchBytes)
      throw new Refusal(413, `expected at most ${http.maxBatchBytes} bytes in one request`);
    if (this.receiving.has(id))
      throw new Refusal(409, 'the same request is being received already', { 'Retry-After': '5' });
    if (this.uploads >= http.maxUploads)
      throw new Refusal(503, `${this.uploads} uploads are on their way already`, { 'Retry-After': '5' });
    this.receiving.add(id);
    this.uploads += 1;
    let dropped: string;
    try {
      if (expects) response.writeContinue();
      dropped = await this.receive(request, id);
    } finally {
      this.receiving.delete(id);
      this.uploads -= 1;
    }
    await this.answer(request, response, dropped);
  }

  /** Receives a batch and puts it into the drop; gives its id, which its manifest may know better. */
  private async receive(request: IncomingMessage, id: string): Promise<string> {
    const { task, settings, http, incoming, log } = this.ctx;
    const began = Date.now();
    const own = path.join(incoming, randomUUID());
    const parts = path.join(own, 'parts');
    mkdirSync(parts, { recursive: true, mode: 0o700 });
    try {
      const upload = await receive(request, parts, { ...http, maxFiles: settings.maxFiles });
      const folder = path.join(own, 'batch');
      const manifest = layOut(upload, folder, settings.maxFiles);
      if (userOf(manifest, settings) === undefined)
        throw new Refusal(400, 'nothing says who sends the batch; expected a `user`');
      const batch = manifest.id === undefined ? id : batchIdOf(task, 'manifest', manifest.id);
      // Sent again under the id of its manifest it may bring more; what was taken of it is not taken again.
      const known = await this.batches.find(batch);
      if ((known && !isClosed(known)) || !this.batches.drop(folder, batch))
        throw new Refusal(409, `batch ${batch} is being taken; send it again when it is`, {
          'Retry-After': '5',
        });
      const bytes = upload.files.reduce((sum, part) => sum + part.bytes, 0);
      log.info({ task, batch, files: upload.files.length, bytes, ms: Date.now() - began }, 'upload received');
      return batch;
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  }

  private async answer(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    const told = await this.await(request, id);
    respond(request, response, statusOf(told), told, {
      Location: `/batches/${id}`,
      ...(isClosed(told) ? {} : { 'Retry-After': '5' }),
    });
  }

  /** Has a batch taken, and gives what is known of it when that is done, or takes too long. */
  private async await(request: IncomingMessage, id: string): Promise<Told> {
    const { http, signal } = this.ctx;
    const known = await this.batches.find(id);
    if (known && isClosed(known)) return known;
    // A task that is stopped takes it when it is started: nobody need wait for that.
    const started = await this.start();
    return this.batches.wait(id, started ? this.waitOf(request, http.answerWithin) : 0, signal);
  }

  /** The batch is safe: when the task cannot be started now, its next tick takes it. */
  private async start(): Promise<boolean> {
    const { start, log, task } = this.ctx;
    try {
      return await start();
    } catch (error) {
      log.warn({ task, err: error }, 'could not start the task for an upload; its next tick takes it');
      return true;
    }
  }

  private waitOf(request: IncomingMessage, otherwise: number): number {
    return Math.min(preferredWait(request) ?? otherwise, this.ctx.http.answerWithin);
  }
}

function statusOf(told: Told): number {
  if (!isClosed(told)) return 202;
  if (told.state === 'done') return 200;
  return told.records + told.quarantined > 0 ? 207 : 422;
}
