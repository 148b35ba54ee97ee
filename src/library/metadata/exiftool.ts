import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { ExifTool, exiftoolPath, ExifToolTask } from 'exiftool-vendored';
import { PermanentError } from '../../task/errors.ts';
import { Tags } from './tags.ts';

const run = promisify(execFile);

/** What became of reading one file. */
export type Read =
  | {
      tags: Tags;
      /** What ExifTool says of the file: `File format error`. Its tags may be few, or none. */
      fault?: string;
    }
  /** It gave no answer for this file: the reason. */
  | { lost: string };

/** The command to start with: a process that does not answer this in time is no ExifTool. */
const STARTS_WITHIN_MS = 15_000;
/** Starts that may fail one after the other. */
const MOST_STARTS = 10;
/** The longest that one file may take. A photo takes 3 ms, an hour of video a tenth of a second. */
const FILE_WITHIN_MS = 30_000;
/** Files of one call: what a call costs beside its files is then less than a tenth. More of them would wait for one hostile file. */
const FILES_PER_CALL = 25;
/** ExifTool is one thread; more processes than this would take the cores from hashing and from PostgreSQL. */
const PROCESSES = 2;
/** A text that inflates to gigabytes must not take the machine's memory: KiB of address space; a photo takes 50,000. */
const MEMORY_KIB = 768 * 1024;
/** Nor ours: bytes that one call may say. Those of a file with long texts are some ten thousand. */
const SAYS_AT_MOST = 4 * 2 ** 20;
/** Ends an answer, on a line of its own: within a text of a file, which may well say that, it would end it too early. */
const READY = /^\{ready\}\s*$/m;

/**
 * Perl that starts ExifTool and ends it when its owner has gone: kept open on a pipe that nobody writes to any more, it
 * would look at it a hundred times a second for ever. SA_RESTART: no read of ExifTool's own is cut short.
 */
const GUARDED = `use POSIX ();
my $owner = getppid();
my $look = sub { exit 0 if getppid() != $owner; alarm 2 };
POSIX::sigaction(POSIX::SIGALRM(), POSIX::SigAction->new($look, POSIX::SigSet->new, POSIX::SA_RESTART()));
alarm 2;
$0 = shift;
do $0;
die $@ if $@;`;

/** Reads the tags of several files: `exiftool <args> <files>`. */
class ReadFiles extends ExifToolTask<Map<string, Record<string, unknown>>> {
  protected override parse(output: string): Map<string, Record<string, unknown>> {
    // Nothing at all is printed when no file is there any more.
    const files = output.trim() === '' ? [] : (JSON.parse(output) as Record<string, unknown>[]);
    return new Map(files.map((file) => [String(file['SourceFile']), file]));
  }
}

/**
 * ExifTool, kept open: processes that are started by the first read and read many files each. Whoever opens one closes
 * it; a process of ours that is killed takes them with it.
 */
export class MetadataReader {
  private opened: Promise<Opened> | undefined;
  private readonly fileWithin: number;

  /** `fileWithin`: ms that one file may take; for tests. */
  constructor({ fileWithin = FILE_WITHIN_MS } = {}) {
    this.fileWithin = fileWithin;
  }

  /**
   * Reads tags of files: those that `wanted` names (`isTag`), as ExifTool takes them on its command line. A file that is
   * no good, or not there, gives a reason. Throws PermanentError `NoExifTool` when ExifTool cannot be run here.
   */
  async read(files: readonly string[], wanted: readonly string[]): Promise<Read[]> {
    return this.readAll(
      files,
      wanted.map((tag) => `-${tag}`),
    );
  }

  /** Reads only the beginning of files, and finds out their MIME types: many times faster. */
  async readTypes(files: readonly string[]): Promise<Read[]> {
    return this.readAll(files, ['-fast3', '-File:MIMEType']);
  }

  async close(): Promise<void> {
    const opened = this.opened;
    this.opened = undefined;
    // One that could not be started has said so.
    await (await opened?.catch(() => undefined))?.tool.end();
  }

  private async readAll(files: readonly string[], wanted: readonly string[]): Promise<Read[]> {
    const calls: Promise<Read[]>[] = [];
    for (let at = 0; at < files.length; at += FILES_PER_CALL)
      calls.push(this.readSome(files.slice(at, at + FILES_PER_CALL), wanted));
    return (await Promise.all(calls)).flat();
  }

  /** `wanted`: arguments of ExifTool. */
  private async readSome(files: readonly string[], wanted: readonly string[]): Promise<Read[]> {
    try {
      const found = await this.call(files, wanted);
      return files.map((file) => {
        const printed = found.get(file);
        return printed ? toRead(printed) : { lost: 'ExifTool did not find it' };
      });
    } catch (error) {
      if (error instanceof PermanentError) throw error;
      // One of them ends or holds up ExifTool: find out which.
      if (files.length > 1)
        return (await Promise.all(files.map((file) => this.readSome([file], wanted)))).flat();
      return [{ lost: this.explain(error) }];
    }
  }

  private explain(error: unknown): string {
    const { message } = error as Error;
    if (message.startsWith('timeout')) return `ExifTool gave no answer within ${this.fileWithin / 1000} s`;
    if (message.startsWith('Process terminated'))
      return `ExifTool ended over it: reading what it holds takes more than ${MEMORY_KIB / 1024} MB of memory, or gives more than ${SAYS_AT_MOST / 2 ** 20} MB of text`;
    return `ExifTool could not read it: ${message.slice(0, 200)}`;
  }

  private async call(
    files: readonly string[],
    wanted: readonly string[],
  ): Promise<Map<string, Record<string, unknown>>> {
    this.opened ??= this.open();
    const { tool, broken } = await this.opened;
    // Quoted: a headline that says 1.10 is no number, one that says True no truth value.
    const form = ['-json', '-long', '-groupNames0:1', '-duplicates', '-api', 'StructFormat=JSONQ'];
    const faults = ['-ExifTool:Error', '-ExifTool:Warning'];
    const args = ['-charset', 'filename=utf8', ...form, ...faults, ...wanted, ...files];
    const task = () => new ReadFiles(args, { ignoreMinorErrors: true });
    return Promise.race([tool.enqueueTask(task, false), broken]);
  }

  private async open(): Promise<Opened> {
    const program = await exiftoolPath();
    checked ??= checkProgram(program);
    await checked.catch((error: unknown) => {
      // Somebody may install it.
      checked = undefined;
      throw error;
    });
    const tool = new ExifTool({
      maxProcs: PROCESSES,
      minDelayBetweenSpawnMillis: 0,
      spawnTimeoutMillis: STARTS_WITHIN_MS,
      taskTimeoutMillis: this.fileWithin,
      taskRetries: 0,
      maxTasksPerProcess: 10_000,
      pass: READY,
      fail: READY,
      processFactory: () => startProcess(program),
    });
    return { tool, broken: watchStarts(tool, program) };
  }
}

interface Opened {
  tool: ExifTool;
  /** Never fulfilled; rejected when its processes do not start. */
  broken: Promise<never>;
}

/** The library that drives them would start processes for ever, and leave whoever waits for an answer waiting. */
function watchStarts(tool: ExifTool, program: string): Promise<never> {
  const broken = new Promise<never>((_, reject) => {
    let failed = 0;
    tool.on('taskResolved', () => (failed = 0));
    tool.on('startError', ({ message }) => {
      failed += 1;
      if (failed === MOST_STARTS) reject(notRunnable(program, `it does not start (${message})`));
    });
  });
  // It is thrown where an answer is awaited.
  broken.catch(() => undefined);
  return broken;
}

/** That ExifTool can be run here was found out once. */
let checked: Promise<void> | undefined;

/** Can it be run at all? Throws PermanentError `NoExifTool`. */
async function checkProgram(program: string): Promise<void> {
  try {
    const found = await run('perl', [program, '-config', '', '-ver'], {
      timeout: STARTS_WITHIN_MS,
      env: environment(),
    });
    if (!/^\d+\.\d+/.test(found.stdout)) throw new Error(found.stderr || found.stdout || 'it says nothing');
  } catch (error) {
    const { code, stderr, message } = error as Error & { code?: unknown; stderr?: string };
    const reason = code === 'ENOENT' ? 'there is no perl' : (stderr?.trim().split('\n')[0] ?? message);
    throw notRunnable(program, reason);
  }
}

function notRunnable(program: string, reason: string): PermanentError {
  return new PermanentError(
    'NoExifTool',
    `ExifTool cannot be run: ${reason}; expected a perl that can run ${program}: install the package perl`,
  );
}

const environment = () => ({ PATH: process.env['PATH'], LANG: 'C' });

function startProcess(program: string) {
  // An empty -config: a file in the home of whoever runs this must not change what is read.
  const command = ['perl', '-e', GUARDED, program, '-config', '', '-stay_open', 'True', '-@', '-'];
  const limited = `ulimit -v ${MEMORY_KIB} 2>/dev/null; exec "$@"`;
  const child = spawn('/bin/sh', ['-c', limited, 'sh', ...command], {
    stdio: 'pipe',
    env: environment(),
    // A Ctrl-C on the terminal is for the worker, which drains.
    detached: true,
  });
  let said = 0;
  child.stdout.on('data', (piece: Buffer) => {
    said = piece.subarray(-20).toString('latin1').trimEnd().endsWith('{ready}') ? 0 : said + piece.length;
    if (said > SAYS_AT_MOST) child.kill('SIGKILL');
  });
  return child;
}

function toRead(printed: Record<string, unknown>): Read {
  const tags = new Tags(printed);
  const fault = tags.text('ExifTool:Error', 'ExifTool:Warning');
  return { tags, ...(fault === undefined ? {} : { fault }) };
}
