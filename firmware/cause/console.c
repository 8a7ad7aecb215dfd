/* A console that grows step by step: `-DSTEP=n` has the first n of its commits. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UART ((volatile uint32_t *)0x40004000)
#define ADC ((volatile uint32_t *)0x40008000)

extern void reset(void);
__attribute__((section(".vectors"), used)) void (*const vectors[])(void) = {
    (void (*)(void))0x20020000,
    reset,
};

#if STEP >= 10
static char log_lines[4096];
#else
static char log_lines[256];
#endif
static unsigned log_end;

__attribute__((noinline)) static void put(char c) {
    while (UART[1] & 1) {
    }
    UART[0] = (uint32_t)c;
    log_lines[log_end++ % sizeof log_lines] = c;
}

static void put_text(const char *text) {
    while (*text)
        put(*text++);
}

#if STEP >= 1
__attribute__((noinline)) static uint32_t checksum(const uint8_t *data, unsigned n_bytes) {
    uint32_t sum = ~0u;
    while (n_bytes--) {
        sum ^= *data++;
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0xedb88320u : 0);
    }
    return ~sum;
}
#endif

#if STEP >= 4
static const uint16_t sines[64] = {
    0,     402,   804,   1205,  1606,  2006,  2404,  2801,  3196,  3590,  3981,  4370,  4756,
    5139,  5520,  5897,  6270,  6639,  7005,  7366,  7723,  8076,  8423,  8765,  9102,  9434,
    9760,  10080, 10394, 10702, 11003, 11297, 11585, 11866, 12140, 12406, 12665, 12916, 13160,
    13395, 13623, 13842, 14053, 14256, 14449, 14635, 14811, 14978, 15137, 15286, 15426, 15557,
    15679, 15791, 15893, 15986, 16069, 16143, 16207, 16261, 16305, 16340, 16364, 16379};
#endif

#if STEP >= 5
struct command {
    const char *name;
    void (*run)(const char *rest);
};

static void say_help(const char *rest) {
    (void)rest;
    put_text("help, reset, sine\r\n");
}

static void run_reset(const char *rest) {
    (void)rest;
    put_text("going down\r\n");
    *(volatile uint32_t *)0xe000ed0c = 0x05fa0004;
}

static void show_sine(const char *rest) {
    unsigned at = 0;
    while (*rest >= '0' && *rest <= '9')
        at = at * 10 + (unsigned)(*rest++ - '0');
    for (uint16_t left = sines[at % 64]; left; left /= 10)
        put((char)('0' + left % 10));
}

static const struct command commands[] = {
    {"help", say_help},
    {"reset", run_reset},
    {"sine", show_sine},
};

static void run_command(const char *line) {
    for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++) {
        unsigned length = strlen(commands[i].name);
        if (strncmp(line, commands[i].name, length) == 0)
            commands[i].run(line + length);
    }
}
#endif

static void report(void) {
    uint32_t raw = ADC[0];
    put_text("sample ");
    for (uint32_t left = raw; left; left /= 10)
        put((char)('0' + left % 10));
#if STEP >= 8
    /* The same in volts, by hand. */
    uint32_t millivolts = raw * 3300 / 4095;
    put((char)('0' + millivolts / 1000 % 10));
    put('.');
    put((char)('0' + millivolts / 100 % 10));
    put((char)('0' + millivolts / 10 % 10));
    put((char)('0' + millivolts % 10));
    put_text(" V");
    if (raw > 4000)
        put_text(", close to the end of the scale");
    if (raw < 50)
        put_text(", close to zero");
#endif
    put_text("\r\n");
}

int _write(int file, const char *data, int n_bytes) {
    (void)file;
    for (int i = 0; i < n_bytes; i++)
        put(data[i]);
    return n_bytes;
}

int main(void) {
    char line[64] = "";
    for (;;) {
        report();
#if STEP >= 1
        ADC[1] = checksum((const uint8_t *)log_lines, sizeof log_lines);
#endif
#if STEP >= 2
        printf("%u lines\r\n", log_end);
#endif
#if STEP >= 3
        char *copy = malloc(log_end);
        if (copy)
            memcpy(copy, log_lines, log_end), ADC[2] = (uint32_t)copy;
#endif
#if STEP >= 4
        ADC[3] = sines[ADC[0] % 64];
#endif
#if STEP >= 5
        for (unsigned i = 0; i < sizeof line - 1; i++)
            line[i] = (char)UART[0];
        run_command(line);
#endif
#if STEP >= 6
        int limit = 0;
        if (sscanf(line, "limit %d", &limit) == 1)
            ADC[4] = (uint32_t)limit;
#endif
#if STEP >= 7
        ADC[5] = (uint32_t)(strtod(line, NULL) * 16);
#endif
#if STEP >= 9
        ADC[6] = (uint32_t)((uint64_t)ADC[0] * 1000003 / (ADC[1] + 7ull));
#endif
    }
}

void reset(void) {
    main();
}
