#include <avr/io.h>
#include <avr/pgmspace.h>
#include <avr/interrupt.h>
typedef int (*op)(int);
static int __attribute__((noinline)) plus(int a){ return a+PORTB; }
static int __attribute__((noinline)) minus(int a){ return a-PORTB; }
static int __attribute__((noinline)) twice(int a){ return a*2+PORTC; }
static op ops[] = { plus, minus, twice };
struct node { const char *name; struct node *next; op run; int values[4]; };
static int scale3(int a){ return a*3+PORTD; }
static struct node c = { "gamma", 0, scale3, {1,2,3,4} };
static struct node b = { "beta", &c, plus, {5,6} };
static struct node a = { "alpha", &b, minus, {7} };
struct node *volatile head = &a;
static int buffer[8] = {1,2,3};
struct cursor { int *at; int *end; } cur = { &buffer[1], &buffer[8] };
static const char t1[] PROGMEM = "first text in flash";
static const char t2[] PROGMEM = "second text in flash";
static const char *const texts[] PROGMEM = { t1, t2 };
static int f1(int a){ return a^PIND; } static int f2(int a){ return a|PIND; }
static const op pops[] PROGMEM = { f1, f2 };
struct menu { const char *label; op f; } ;
static int act(int a){ return a+7*PINB; }
static const char lbl[] PROGMEM = "menu label";
static struct menu menus[2] = { { lbl, act }, { lbl, twice } };
volatile unsigned char idx; volatile int out;
static void putch(char c){ UDR0=c; }
ISR(TIMER1_OVF_vect){ out = menus[idx&1].f(out); const char*p=menus[idx].label; char ch; while((ch=pgm_read_byte(p++))) putch(ch); }
int main(void){ sei(); for(;;){ out = ops[idx%3](out); for(struct node*n=head;n;n=n->next){ out+=n->run(n->values[idx&3]); for(const char*q=n->name;*q;q++) putch(*q);} 
 for(int*p=cur.at;p<cur.end;p++) out+=*p;
 const char *t=(const char*)pgm_read_word(&texts[idx&1]); char ch; while((ch=pgm_read_byte(t++))) putch(ch);
 op o=(op)pgm_read_word(&pops[idx&1]); out=o(out);} }
void __attribute__((noinline)) dead(void) { PORTD = 1; }
