import { Router } from 'express';
import type { Rooms } from '../rooms/rooms.js';

/** The original's list of rooms (Kurento Room §9). */
export function roomsRouter(rooms: Rooms): Router {
  return Router().get('/getAllRooms', (_request, response) => {
    response.json(rooms.names);
  });
}
