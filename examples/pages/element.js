import '../client/atrium-call.js';
import { room, user } from './shared.js';

// In HTML alone: <atrium-call room="garden" user="Ana"></atrium-call>
const call = document.querySelector('atrium-call');
call.user = user;
call.room = room;
