import type { Format } from './format.ts';
import { json } from './json/json-format.ts';
import { jsonV1 } from './json/json-v1.ts';
import { meteoFrance } from './meteofrance/read-meteofrance.ts';
import { rain } from './rain.ts';

/** The formats that every installation has. */
export const builtInFormats: readonly Format[] = [json, jsonV1, meteoFrance, rain];
