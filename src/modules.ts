import { exports } from './exports/exports-module.ts';
import { library } from './library/library-module.ts';
import type { Module } from './module/module.ts';
import { transfer } from './transfer/transfer-module.ts';
import { weather } from './weather/weather-module.ts';

const all = [weather, library, transfer, exports] as const;

/** With the types of their sections. */
export type BuiltInModules = typeof all;

/** The built-in modules, in the order in which their tables are made, and in which `regie --help` lists their commands. */
export const builtInModules: readonly Module[] = all;
