//! Statements of fixed text.
//!
//! diesel prepares what is built at run time anew each time; a fragment with a fixed text is prepared
//! once for a connection. What runs for every message is written as one.

/// A statement: its values, what it gives back, and its text, read as SQL is. `[value as Type]` is a
/// bound value, `{WORDS}` what each database says in its own.
macro_rules! statement {
    (
        $(#[$doc:meta])*
        $vis:vis struct $name:ident $(<$life:lifetime>)? { $($field:ident: $ty:ty,)* } $(-> $row:ty)?;
        $($text:literal $([$bind:ident as $sql:ty])? $({$words:ident})?)+
    ) => {
        $(#[$doc])*
        $vis struct $name $(<$life>)? { $($field: $ty,)* }

        impl $(<$life>)? diesel::query_builder::QueryFragment<Db> for $name $(<$life>)? {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, Db>,
            ) -> diesel::QueryResult<()> {
                $(
                    out.push_sql($text);
                    $(out.push_bind_param::<$sql, _>(&self.$bind)?;)?
                    $(out.push_sql($words);)?
                )+
                Ok(())
            }
        }

        const _: () = {
            /// The text is the same for every value: one prepared statement serves all.
            pub(crate) struct Prepared;

            impl $(<$life>)? diesel::query_builder::QueryId for $name $(<$life>)? {
                type QueryId = Prepared;
                const HAS_STATIC_QUERY_ID: bool = true;
            }
        };

        $crate::store::gives!([$($row)?] $name $(<$life>)?);

        impl $(<$life>)? diesel::RunQueryDsl<Conn> for $name $(<$life>)? {}
    };
}
pub(super) use statement;
