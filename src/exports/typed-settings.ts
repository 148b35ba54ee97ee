import { z, type ZodType } from 'zod';
import { messageOf } from '../task/errors.ts';

/** A type of destinations or of sources, as far as their settings go. */
export interface SettingsType {
  readonly name: string;
  readonly settings: ZodType<object>;
}

/** Checked settings, and what they are of: the name of a built-in type, or a user's type itself. */
export interface Typed<T extends SettingsType> {
  type: string | T;
  [setting: string]: unknown;
}

/** What users write for a type of their own: the type, and its settings beside it. */
export interface OwnInput<T extends SettingsType> {
  type: T;
  [setting: string]: unknown;
}

/** What is expected of a type that a user brings. */
export interface Shape {
  /** The function by which it is declared, for messages: `defineSourceType`. */
  define: string;
  /** Methods that it must have, and those that it may have. */
  methods: readonly string[];
  optional: readonly string[];
  /** Whatever else may be wrong with it, in words. */
  fault?(type: Readonly<Record<string, unknown>>): string | undefined;
}

/** Checks settings by their `type`. A type of the user's is code, so it is looked at first. */
export function typedSettings<T extends SettingsType, Input>(
  builtIn: readonly T[],
  shape: Shape,
): ZodType<Typed<T>, Input> {
  const names = builtIn.map(({ name }) => `'${name}'`);
  const expected = `expected ${names.slice(0, -1).join(', ')} or ${names.at(-1)}, or a type of your own: ${shape.define}({ … })`;
  const schema = z.unknown().transform((given, ctx): Typed<T> => {
    const refuse = (message: string, path: string[] = []) => {
      ctx.addIssue({ code: 'custom', message, path, input: given });
      return z.NEVER;
    };
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      return refuse(`expected settings, such as { type: ${names[0]}, … }`);
    const { type, ...settings } = given as Record<string, unknown>;
    const found = typeof type === 'string' ? builtIn.find(({ name }) => name === type) : type;
    if (typeof found !== 'object' || found === null) return refuse(expected, ['type']);
    const fault = found === type ? faultOf(type, builtIn, shape) : undefined;
    if (fault !== undefined) return refuse(`${fault}; expected ${shape.define}({ … })`, ['type']);
    const checked = check(found as T, settings);
    if (typeof checked === 'string') return refuse(checked);
    for (const issue of checked.error?.issues ?? []) ctx.addIssue({ ...issue, input: given } as never);
    return checked.success ? { ...checked.data, type: type as string | T } : z.NEVER;
  });
  return schema as unknown as ZodType<Typed<T>, Input>;
}

/** A user's schema may throw, as one does that has to wait for something. */
function check({ name, settings }: SettingsType, given: object): z.ZodSafeParseResult<object> | string {
  try {
    return settings.safeParse(given);
  } catch (error) {
    return `the settings of ${name} cannot be checked: ${messageOf(error)}`;
  }
}

const typeName = /^[A-Za-z][\w-]{0,39}$/;

/** What is wrong with the shape of a user's type. */
function faultOf(
  type: object,
  builtIn: readonly SettingsType[],
  { methods, optional, fault }: Shape,
): string | undefined {
  const given = type as Record<string, unknown>;
  const { name, settings } = given;
  if (typeof name !== 'string' || !typeName.test(name))
    return 'its name is no word of letters, digits, `-` and `_`, at most 40';
  if (builtIn.some((each) => each.name === name)) return `the name ${name} is that of a built-in type`;
  if (!isSchema(settings)) return `${name} has no settings: z.strictObject({ … })`;
  for (const method of [...methods, ...optional])
    if (typeof given[method] !== 'function' && !(given[method] === undefined && optional.includes(method)))
      return `${name} has no function ${method}`;
  return fault?.(given);
}

/** Is it a schema, as far as can be seen? */
export function isSchema(value: unknown): value is ZodType {
  return typeof (value as ZodType | null | undefined)?.safeParse === 'function';
}

/** The type of checked settings. */
export function typeOf<T extends SettingsType>(builtIn: readonly T[], { type }: Typed<T>): T {
  return typeof type === 'string' ? builtIn.find(({ name }) => name === type)! : type;
}
