/* A program that asks C's library for this and that, every line of which a rebuild can leave out. */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT ((volatile uint32_t *)0x40004000)

extern void reset(void);
__attribute__((section(".vectors"), used)) void (*const vectors[])(void) = {
    (void (*)(void))0x20020000,
    reset,
};

static char text[64];
static volatile int number;
static volatile double level;
static volatile float ratio;

#ifdef PICOLIBC
static int put(char c, FILE *file) {
    (void)file;
    PORT[2] = (uint32_t)c;
    return 1;
}
static int get(FILE *file) {
    (void)file;
    return (int)PORT[2];
}
static FILE console = FDEV_SETUP_STREAM(put, get, NULL, _FDEV_SETUP_RW);
FILE *const stdin = &console;
FILE *const stdout = &console;
FILE *const stderr = &console;
#else
int _write(int file, const char *data, int n_bytes) {
    (void)file;
    for (int i = 0; i < n_bytes; i++)
        PORT[2] = (uint32_t)data[i];
    return n_bytes;
}
#endif

static void fill(void) {
    for (unsigned i = 0; i < sizeof text - 1; i++)
        text[i] = (char)PORT[1];
}

__attribute__((noinline)) static void report(void) {
    PORT[4] = 1;
#ifndef WITHOUT_count
    printf("sample %d of %u\n", (int)PORT[0], (unsigned)PORT[1]); // site count
#endif
#ifndef WITHOUT_volts
    printf("%.3f V\n", (double)PORT[0] / 4096.0); // site volts
#endif
    PORT[4] = 2;
}

__attribute__((noinline)) static void parse(void) {
    PORT[5] = 1;
#ifndef WITHOUT_limit
    sscanf(text, "limit %d", (int *)&number); // site limit
#endif
#ifndef WITHOUT_level
    level = strtod(text, NULL); // site level
#endif
#ifndef WITHOUT_hex
    number += (int)strtol(text, NULL, 16); // site hex
#endif
    PORT[5] = (uint32_t)number;
}

int main(void) {
    for (;;) {
        fill();
        report();
        parse();
#ifndef WITHOUT_label
        snprintf(text, sizeof text, "%s:%x", "label", (unsigned)PORT[3]); // site label
#endif
#ifndef WITHOUT_copy
        PORT[6] = (uint32_t)malloc(PORT[7]); // site copy
#endif
#ifndef WITHOUT_sine
        ratio = sinf(ratio + (float)PORT[0]); // site sine
#endif
#ifndef WITHOUT_greeting
        puts("Hello"); // site greeting
#endif
        PORT[8] = (uint32_t)(level + (double)ratio);
    }
}

void reset(void) {
    main();
}
