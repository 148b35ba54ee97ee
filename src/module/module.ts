import type { Command } from 'commander';
import type { Session } from '../command/session.ts';
import type { Kind } from '../task/kind.ts';
import type { Section, Sections } from '../task/section.ts';
import type { Check } from './finding.ts';
import type { Beside, FirstLook, Where } from './first-look.ts';
import type { SectionTask } from './task-input.ts';

/**
 * A module: kinds of tasks that belong together, and all that the rest of Regie knows of them. The built-in ones are
 * listed in `src/modules.ts`, an installation's own in `modules` of its `regie.config.ts`. What costs time to load is
 * given by functions, so that `regie --help` need not wait for it.
 */
export interface Module<S extends readonly Section[] = readonly Section[]> {
  /** A lower-case word: `weather`. */
  readonly name: string;
  /** Its kinds of tasks. */
  readonly kinds?: readonly Kind[] | (() => Promise<readonly Kind[]>);
  /** Its sections of the configuration, in the order in which they are checked. */
  readonly sections?: S | (() => Promise<S>);
  /** Tasks that its sections stand for, beside those of `tasks`. */
  readonly tasks?: (sections: Sections) => Promise<readonly SectionTask[]>;
  /**
   * Absolute path of a folder with the SQL of its tables, `0001_base.sql` and so on. They are run in that order, each once,
   * after those of the modules before it. Keep to a schema of its own.
   */
  readonly migrations?: string;
  /** Adds its commands to the command line. Imports what is heavy inside of their actions only. */
  readonly commands?: (program: Command, session: Session) => void;
  /** What `regie doctor` looks at for it. A check that throws is a problem of its own. */
  readonly checks?: readonly Check[];
  /** What `regie up --sample` has beside it while it runs, such as a server to pull from. */
  readonly beside?: (beside: Beside) => Promise<readonly Running[]>;
  /** What `regie up --sample` shows in a new installation; undefined where there is nothing new. */
  readonly firstLook?: (where: Where) => Promise<FirstLook | undefined>;
}

/** Something that runs beside `regie up --sample`. */
export interface Running {
  /** The task that it is there for. */
  task: string;
  close(): Promise<void>;
}

/** Declares a module; only gives its sections their types. */
export function defineModule<const S extends readonly Section[]>(module: Module<S>): Module<S> {
  return module;
}

type Union<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer All) => void ? All : never;

type InputOf<S> =
  S extends Section<infer Key, infer _, infer Input>
    ? string extends Key
      ? never
      : { [K in Key]?: Input | undefined }
    : never;

type SectionsOf<M> = M extends Module<infer S> ? S[number] : never;

/** What a configuration may hold for modules, as users write it. */
export type SectionInputs<M extends readonly Module[]> = Union<InputOf<SectionsOf<M[number]>>>;
