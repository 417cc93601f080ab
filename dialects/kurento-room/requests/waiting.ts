import { z } from 'zod';
import type { Condition } from '../errors.js';

export const waitingId = z.string().min(1).meta({ description: 'As participantWaiting tells it' });

export const nobodyWaits: Condition = { reason: 'participant-not-found', when: 'Nobody of that `id` waits.' };
