/* "Hello, World!" for Linux as a whole file: the two headers, the code and the text, and nothing else.
 *
 * `cc -m32` makes the i386 program and `cc -m64` the one for x86-64; `README.md` explains every byte. */

#include <elf.h>

#ifdef __x86_64__
typedef Elf64_Ehdr file_header;
typedef Elf64_Phdr program_header;
typedef Elf64_Addr address;
enum { CLASS = ELFCLASS64, MACHINE = EM_X86_64, PAGE_BYTES = 0x1000 };
/* The system calls' numbers: asm/unistd_64.h. */
enum { WRITE = 1, EXIT = 60 };
#else
typedef Elf32_Ehdr file_header;
typedef Elf32_Phdr program_header;
typedef Elf32_Addr address;
enum { CLASS = ELFCLASS32, MACHINE = EM_386, PAGE_BYTES = 0x1000 };
/* asm/unistd_32.h. */
enum { WRITE = 4, EXIT = 1 };
#endif

enum { STANDARD_OUTPUT = 1 };

/* Where the file begins in memory, and its size as an address: both by the linker script. */
extern const char image_start[], image_bytes[];

/* No NUL behind it: its length is known. */
static const char text[14] = "Hello, World!\n";

_Noreturn void entry(void);

__attribute__((section(".file_header"), used)) static const file_header file = {
    .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, CLASS, ELFDATA2LSB, EV_CURRENT, ELFOSABI_SYSV },
    .e_type = ET_EXEC,
    .e_machine = MACHINE,
    .e_version = EV_CURRENT,
    .e_entry = (address)entry,
    .e_phoff = sizeof(file_header),
    .e_ehsize = sizeof(file_header),
    .e_phentsize = sizeof(program_header),
    .e_phnum = 1,
};

__attribute__((section(".program_header"), used)) static const program_header segment = {
    .p_type = PT_LOAD,
    .p_flags = PF_R | PF_X,
    .p_vaddr = (address)image_start,
    .p_paddr = (address)image_start,
    .p_filesz = (address)image_bytes,
    .p_memsz = (address)image_bytes,
    .p_align = PAGE_BYTES,
};

/* Nothing is taken for granted about the registers: the ABI promises only where the stack is. */
#ifdef __x86_64__
_Noreturn void entry(void)
{
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(WRITE), "D"(STANDARD_OUTPUT), "S"(text), "d"(sizeof text)
                     : "rcx", "r11", "memory");
    __asm__ volatile("syscall" : : "a"(EXIT), "D"(0));
    __builtin_unreachable();
}
#else
_Noreturn void entry(void)
{
    /* The kernel leaves %ebx alone: STANDARD_OUTPUT there is EXIT as well, and one less is success. */
    __asm__ volatile("int $0x80\n\t"
                     "mov %%ebx, %%eax\n\t"
                     "dec %%ebx\n\t"
                     "int $0x80"
                     :
                     : "a"(WRITE), "b"(STANDARD_OUTPUT), "c"(text), "d"(sizeof text));
    __builtin_unreachable();
}
_Static_assert((int)EXIT == (int)STANDARD_OUTPUT, "one number serves both");
#endif
