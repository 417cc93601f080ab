import { freeBytesOf } from '../../recording/kept-recordings.js';
import { fail, ok, warn } from './found.js';
import type { Check } from './found.js';

const bytesInMb = 1e6;
/** Of what a recording of a room of six takes in an hour. */
const aFewHoursMb = 10_000;

/** Whether anything can be recorded, and for how long. Whether the folder can be written to is a part of the configuration. */
export const checkRecordingsSpace: Check = async ({ recordingsDir, recordingsMinFreeMb }) => {
  if (recordingsDir === '') return [];
  const freeMb = Math.floor((await freeBytesOf(recordingsDir)) / bytesInMb);
  const text = `${freeMb} MB are free in ${recordingsDir}`;
  if (freeMb < recordingsMinFreeMb) {
    return [fail(`${text}, less than RECORDINGS_MIN_FREE_MB (${recordingsMinFreeMb}): nothing is recorded. Make room`)];
  }
  if (freeMb < recordingsMinFreeMb + aFewHoursMb) return [warn(`${text}: enough for a few hours. Make room`)];
  return [ok(text)];
};
