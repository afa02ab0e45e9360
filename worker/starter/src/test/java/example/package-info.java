/** An application of a user. */
package example;
