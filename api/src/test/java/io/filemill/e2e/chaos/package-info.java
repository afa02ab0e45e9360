/** Kills, freezes and restarts a whole cluster at random while it works, and checks that its promises hold at every moment. */
@NullMarked
package io.filemill.e2e.chaos;

import org.jspecify.annotations.NullMarked;
