// Stands in for a program of ours that hangs, crashes or ends at once: -DBEHAVIOUR='pause()', 'abort()', 'exit(0)'.
#include <stdlib.h>
#include <unistd.h>

int main(void) {
    BEHAVIOUR;
    return 0;
}
